using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Start, end and exit codes.</summary>
public sealed class LifecycleTests
{
    [Theory]
    [InlineData(false, "1.1")]
    [InlineData(true, "1.1")]
    [InlineData(true, "2.0")]
    public async Task SIGTERM_lets_a_running_request_finish(bool tls, string version)
    {
        var arrived = new TaskCompletionSource();
        await using var whoami = await Whoami.StartAsync("slow");
        whoami.Handler = async http =>
        {
            arrived.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(2), http.RequestAborted);
            return false;
        };
        string[] tags = ["traefik.http.routers.a.rule=Host(`a.test`)", .. tls ? ["traefik.http.routers.a.tls=true"] : Array.Empty<string>()];
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, tags));
        var port = tls ? stage.WebSecure : stage.Web;
        await stage.Gateway.ListeningAsync(port);
        using var client = Stage.Client(port);
        var request = new HttpRequestMessage(HttpMethod.Get, (tls ? "https" : "http") + "://a.test/")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answer = client.SendAsync(request, default);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, await stage.Gateway.TerminateAsync());
        using var answered = await answer;
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Contains("Name: slow", await answered.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_one_line_that_names_entry_point_and_address()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var address = taken.LocalEndPoint!.ToString()!;
        var (code, output, error) = await RunAsync($"--entryPoints.web.address={address}");
        Assert.Equal(1, code);
        var line = Assert.Single((output + error).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"web\"", line, StringComparison.Ordinal);
        Assert.Contains(address, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_flag_ends_the_start_and_is_answered_with_the_nearest()
    {
        var (code, _, error) = await RunAsync("--entryPoints.web.adress=:1");
        Assert.Equal(1, code);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("adress", line, StringComparison.Ordinal);
        Assert.Contains("did you mean", line, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("address", line.Replace("adress", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_and_help_end_with_0()
    {
        var version = await RunAsync("version");
        Assert.Equal(0, version.Code);
        Assert.StartsWith("Version:", version.Output, StringComparison.Ordinal);
        var help = await RunAsync("--help");
        Assert.Equal(0, help.Code);
        Assert.Contains("--providers.nomad.endpoint.address", help.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("nonsense")).Code);
    }

    [Fact]
    public async Task Healthcheck_tells_a_running_gateway_from_none()
    {
        var port = Ports.Free();
        string[] flags = [$"--entryPoints.traefik.address=:{port}", "--ping=true"];
        Assert.Equal(1, (await RunAsync(["healthcheck", .. flags])).Code);
        await using var gateway = await GatewayProcess.Start(flags).ListeningAsync(port);
        var (code, output, _) = await RunAsync(["healthcheck", .. flags]);
        Assert.Equal(0, code);
        Assert.Equal($"OK: http://127.0.0.1:{port}/ping", output.Trim());
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(GatewayProcess.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }
}
