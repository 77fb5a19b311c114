using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Options of entry points, as a client meets them.</summary>
public sealed class EntryPointOptionTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";

    [Fact]
    public async Task A_redirection_to_an_entry_point_on_443_names_no_port()
    {
        // An address of its own, so that nothing else on the machine is in the way of port 443.
        const string address = "127.0.0.143:443";
        await using var stage = await Stage.StartAsync(
            static _ => { }, more: [$"--entrypoints.https.address={address}", "--entrypoints.web.http.redirections.entrypoint.to=https"]);
        if (!MayListenOn443())
        {
            await stage.Gateway.LoggedAsync(address);
            return;
        }

        await stage.Gateway.ListeningAsync(stage.Web);
        var (status, location) = await RedirectAsync(stage.Web);
        Assert.Equal((HttpStatusCode.MovedPermanently, "https://a.test/p?q"), (status, location));
    }

    [Fact]
    public async Task A_redirection_to_another_port_names_it()
    {
        await using var stage = await Stage.StartAsync(static _ => { }, more: ["--entrypoints.web.http.redirections.entrypoint.to=websecure"]);
        await stage.Gateway.ListeningAsync(stage.Web);

        Assert.Equal((HttpStatusCode.MovedPermanently, $"https://a.test:{stage.WebSecure}/p?q"), await RedirectAsync(stage.Web));
    }

    [Theory]
    [InlineData(null, "HTTP/1.1 200 OK", true)]
    [InlineData("keep", "HTTP/1.1 200 OK", true)]
    [InlineData("delete", "HTTP/1.1 200 OK", false)]
    [InlineData("reject", "HTTP/1.1 400 Bad Request", false)]
    public async Task Headers_with_an_underscore_are_treated_as_the_option_says(string? strategy, string status, bool forwarded)
    {
        var seen = false;
        await using var whoami = await Whoami.StartAsync("a");
        whoami.Handler = http =>
        {
            seen = http.Request.Headers.ContainsKey("X_User");
            return Task.FromResult(false);
        };
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, Rule), more: strategy is null ? [] : [$"--entrypoints.web.http.underscoreheadersstrategy={strategy}"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await stage.GetAsync("a.test") != "404", TimeSpan.FromSeconds(60)); // Nomad may be slow on a busy machine

        var answer = await ExchangeAsync(stage.Web, "GET / HTTP/1.1\r\nHost: a.test\r\nX_User: root\r\nConnection: close\r\n\r\n");

        Assert.StartsWith(status + "\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(forwarded, seen);
    }

    [Fact]
    public async Task A_body_slower_than_readTimeout_is_answered_504()
    {
        await using var whoami = await Whoami.StartAsync("a");
        whoami.Handler = static async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        };
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, Rule), more: ["--entrypoints.web.transport.respondingtimeouts.readtimeout=500ms"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await stage.GetAsync("a.test") != "404", TimeSpan.FromSeconds(60)); // Nomad may be slow on a busy machine

        var answer = await ExchangeAsync(stage.Web, "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nslow");

        Assert.StartsWith("HTTP/1.1 504 Gateway Timeout\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_many_threads_as_processors_wait_for_sockets()
    {
        // Inline completions are on: .NET then has one such thread per processor, else fewer.
        await using var stage = await Stage.StartAsync(static _ => { });
        await stage.Gateway.ListeningAsync(stage.Web);

        var names = Directory.GetDirectories($"/proc/{stage.Gateway.Process.Id}/task").Select(static task => File.ReadAllText(Path.Combine(task, "comm")).Trim());

        Assert.Equal(Environment.ProcessorCount, names.Count(static name => name == ".NET Sockets"));
    }

    private static async Task<(HttpStatusCode Status, string? Location)> RedirectAsync(int port)
    {
        using var client = Stage.Client(port);
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://a.test/p?q"), CancellationToken.None);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString);
    }

    private static bool MayListenOn443()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.144"), 443));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            return false;
        }
    }

    private static async Task<string> ExchangeAsync(int port, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), limit.Token);
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
