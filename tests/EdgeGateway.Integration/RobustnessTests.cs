using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Integration;

/// <summary>Servers that die, refuse or stall, and a log that nobody reads.</summary>
public sealed class RobustnessTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";

    [Theory]
    [InlineData(true, "1.1")]
    [InlineData(false, "1.1")]
    [InlineData(true, "2.0")]
    [InlineData(false, "2.0")]
    public async Task A_server_that_dies_in_its_body_is_an_abort_for_the_client(bool contentLength, string version)
    {
        var headSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var whoami = await Whoami.StartAsync("dies");
        whoami.Handler = async http =>
        {
            http.Response.ContentLength = contentLength ? 100_000 : null;
            await http.Response.Body.WriteAsync(new byte[1000]);
            await http.Response.Body.FlushAsync();
            await headSeen.Task; // a reset sooner could overtake the head
            http.Abort();
            return true;
        };
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule));
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/")
        {
            Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, default);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        headSeen.SetResult();
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.LoadIntoBufferAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(failure is HttpRequestException or IOException, failure.ToString());
    }

    [Fact]
    public async Task A_refused_connect_goes_to_another_server()
    {
        await using var whoami = await Whoami.StartAsync("good");
        await using var stage = await Stage.StartAsync(n =>
        {
            n.Register("a1", "a", Ports.Free(), Rule);
            n.Register("a2", "a", whoami.Port, Rule);
        });
        await stage.Gateway.ListeningAsync(stage.Web);
        for (var i = 0; i < 6; i++)
        {
            Assert.StartsWith("Name: good\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upload_to_a_server_that_stalls_does_not_grow_the_gateway()
    {
        // Held here: a server that reads nothing more and waits for what nobody holds would be collected, and its connection with it.
        var never = new TaskCompletionSource();
        using var stalled = new SemaphoreSlim(0);
        await using var whoami = await Whoami.StartAsync("stalls");
        whoami.Handler = async http =>
        {
            stalled.Release();
            await never.Task.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule));
        await stage.Gateway.ListeningAsync(stage.Web);

        // What the first one costs once (compiled code, pools) is behind; what each of the others holds cannot hide in what one left.
        using var first = await PushAsync(stage.Web);
        Assert.True(await stalled.WaitAsync(TimeSpan.FromSeconds(60)));
        var before = ResidentKiB(stage.Gateway);
        const int Uploads = 8;
        var most = before;
        var pushing = Task.WhenAll(Enumerable.Range(0, Uploads).Select(_ => PushAsync(stage.Web)));
        while (await Task.WhenAny(pushing, Task.Delay(TimeSpan.FromMilliseconds(100))) != pushing)
        {
            most = Math.Max(most, ResidentKiB(stage.Gateway));
        }

        var pushed = await pushing;
        most = Math.Max(most, ResidentKiB(stage.Gateway));
        for (var i = 0; i < Uploads; i++)
        {
            Assert.True(await stalled.WaitAsync(TimeSpan.FromSeconds(60)));
        }
        Assert.All(pushed, static upload => Assert.InRange(upload.Sent, 0, 64 << 20));
        Assert.InRange((most - before) / Uploads, long.MinValue, 2048);
        Array.ForEach(pushed, static upload => upload.Dispose());
        never.SetResult();
    }

    [Fact]
    public async Task An_access_log_that_nobody_reads_costs_lines_and_no_request()
    {
        await using var whoami = await Whoami.StartAsync("ok");
        whoami.Handler = static async http =>
        {
            http.Response.ContentLength = 2;
            await http.Response.WriteAsync("OK");
            return true;
        };
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule), more: ["--accesslog=true"], readOutput: false);
        await stage.Gateway.ListeningAsync(stage.Web);
        const int connections = 32;
        const int each = 3125;
        var answered = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => AskAsync(stage.Web, each))));
        Assert.Equal(connections * each, answered.Sum());
        var edge = await stage.ApiAsync("/api/edge");
        Assert.NotEqual(0, edge.GetProperty("accessLogLinesDropped").GetInt64());
    }

    private static async Task<int> AskAsync(int port, int count)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new NetworkStream(socket);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        var buffer = new byte[4096];
        var good = 0;
        for (var i = 0; i < count; i++)
        {
            await stream.WriteAsync(request, limit.Token);
            var text = "";
            while (!text.EndsWith("\r\n\r\nOK", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer, limit.Token);
                if (read == 0)
                {
                    return good;
                }

                text += Encoding.ASCII.GetString(buffer, 0, read);
            }

            good += text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? 1 : 0;
        }

        return good;
    }

    // Offers 1 GiB, and stays.
    private static async Task<Upload> PushAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /stall HTTP/1.1\r\nHost: a.test\r\nContent-Length: {1L << 30}\r\n\r\n"));
        var block = new byte[1 << 20];
        long sent = 0;
        for (var full = 0; full < 3 && sent < 1L << 30;)
        {
            // Three seconds in a row without room: everything on the way is full, however long the client pushes.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                sent += await socket.SendAsync(block, patience.Token);
                full = 0;
            }
            catch (OperationCanceledException)
            {
                full++;
            }
        }

        return new(socket, sent);
    }

    private static long ResidentKiB(GatewayProcess gateway) =>
        long.Parse(File.ReadLines($"/proc/{gateway.Process.Id}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]);

    private sealed record Upload(Socket Socket, long Sent) : IDisposable
    {
        public void Dispose() => Socket.Dispose();
    }
}
