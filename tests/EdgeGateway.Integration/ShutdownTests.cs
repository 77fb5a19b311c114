using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>How it ends.</summary>
public sealed class ShutdownTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";

    [Fact]
    public async Task SIGINT_ends_it_as_SIGTERM_does()
    {
        // A test runner in the background hands an ignored SIGINT down to its children.
        await using var stage = await Stage.StartAsync(static _ => { }, through: ["env", "--default-signal=INT"]);
        await stage.Gateway.LoggedAsync("serves");

        Assert.Equal(0, await stage.Gateway.TerminateAsync("INT"));
        await stage.Gateway.LoggedAsync("Ended");
    }

    [Fact]
    public async Task During_requestAcceptGraceTimeout_ping_says_503_and_everything_else_goes_on_then_it_drains()
    {
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var whoami = await Whoami.StartAsync("a");
        whoami.Handler = async http =>
        {
            if (http.Request.Path == "/slow")
            {
                arrived.TrySetResult();
                await answer.Task;
            }

            return false;
        };
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, Rule),
            more: [
                "--ping=true",
                .. new[] { "web", "traefik" }.Select(static name => $"--entrypoints.{name}.transport.lifecycle.requestacceptgracetimeout=3s"),
                "--entrypoints.web.transport.lifecycle.gracetimeout=15s",
            ]);
        await stage.Gateway.ListeningAsync(stage.Web, stage.Admin);
        using var admin = Stage.Client(stage.Admin);
        Assert.Equal("OK", await Stage.GetAsync(admin, "http://localhost/ping"));
        await stage.UntilAsync(async () => await stage.GetAsync("a.test") != "404", TimeSpan.FromSeconds(60)); // Nomad may be slow on a busy machine
        var slow = stage.GetAsync("a.test", "/slow");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        stage.Gateway.Signal("TERM");
        await stage.Gateway.LoggedAsync("connections drain");
        Assert.Equal("503", await Stage.GetAsync(admin, "http://localhost/ping"));
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal); // over a new connection

        await stage.UntilAsync(async () => !await AcceptsAsync(stage.Web), TimeSpan.FromSeconds(60));
        Assert.False(stage.Gateway.Process.HasExited);
        answer.SetResult();
        Assert.StartsWith("Name: a\n", await slow, StringComparison.Ordinal);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await stage.Gateway.Process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, stage.Gateway.Process.ExitCode);
    }

    [Fact]
    public async Task What_outlives_graceTimeOut_is_cut_and_the_exit_code_is_0()
    {
        var arrived = new TaskCompletionSource();
        await using var whoami = await Whoami.StartAsync("a");
        whoami.Handler = async http =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, Rule), more: ["--entrypoints.web.transport.lifecycle.gracetimeout=500ms"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.Gateway.LoggedAsync("serves");
        var request = stage.GetAsync("a.test");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, await stage.Gateway.TerminateAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => request);
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
