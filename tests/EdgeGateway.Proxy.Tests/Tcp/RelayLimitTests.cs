using System.Diagnostics;
using System.Net.Sockets;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots.Layer4;
using EdgeGateway.Testbed.Upstreams;
using Xunit;
using static EdgeGateway.Proxy.Tests.Snapshots.Layer4.Layer4Chain;

namespace EdgeGateway.Proxy.Tests.Tcp;

/// <summary>Time-outs of relayed connections: the entry point's sweep ends them.</summary>
public sealed class RelayLimitTests : IDisposable
{
    private static readonly TcpRouterConfig Any = new() { Rule = "HostSNI(`*`)" };

    private readonly Layer4Chain _chain = new(new(TimeSpan.FromMilliseconds(700), TimeSpan.Zero));

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_connection_without_a_byte_is_ended_in_order_on_both_sides()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async connection => seen.SetResult(await connection.ReadToEndAsync()));
        await using var running = await StartAsync(Service(server));
        using var client = await running.ConnectAsync();
        await client.SendAsync("x"u8.ToArray());
        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(client)); // an end, not a reset
        Assert.Equal("x", await seen.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
    }

    [Fact]
    public async Task An_answer_that_flows_after_a_half_close_is_not_idle()
    {
        using var turn = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadToEndAsync();
            for (var i = 0; i < 12; i++)
            {
                await turn.WaitAsync(TimeSpan.FromSeconds(60));
                await connection.SendAsync("a");
            }
        });
        var time = new SteppedTime();
        await using var running = await StartAsync(Service(server), time);
        using var client = await running.ConnectAsync();
        client.Shutdown(SocketShutdown.Send);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 12; i++)
        {
            turn.Release();
            Assert.Equal(1, await client.ReceiveAsync(new byte[1], limit.Token));
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(client)); // the server's own end
    }

    [Fact]
    public async Task A_half_closed_connection_without_an_answer_is_idle()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        await using var running = await StartAsync(Service(server));
        using var client = await running.ConnectAsync();
        client.Shutdown(SocketShutdown.Send);
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
    }

    [Fact]
    public async Task The_session_time_ends_a_busy_connection_too()
    {
        await using var server = EchoServer.Start();
        await using var running = await StartAsync(Service(server, session: TimeSpan.FromMilliseconds(700)));
        using var client = await running.ConnectAsync();
        var begun = Stopwatch.StartNew();
        var buffer = new byte[1];
        try
        {
            do
            {
                await client.SendAsync("x"u8.ToArray());
            }
            while (await client.ReceiveAsync(buffer) > 0);
        }
        catch (SocketException)
        {
            // What was sent into the end may be answered by a reset.
        }

        Assert.True(begun.Elapsed >= TimeSpan.FromMilliseconds(690), $"{begun.Elapsed}");
    }

    [Fact]
    public async Task A_service_may_switch_the_idle_time_off()
    {
        await using var server = EchoServer.Start();
        await using var running = await StartAsync(Service(server, idle: TimeSpan.Zero));
        using var client = await running.ConnectAsync();
        await client.SendAsync("x"u8.ToArray());
        Assert.Equal("x", await EchoServer.ReadAsync(client, 1)); // it has its service, before the next configuration comes
        await using var neighbour = await StartAsync(Service(server));
        using var other = await neighbour.ConnectAsync();
        await other.SendAsync("x"u8.ToArray());
        await RunningEntryPoint.ReadToEndAsync(other); // ended by the default, later than the first began
        await client.SendAsync("y"u8.ToArray());
        Assert.Equal("y", await EchoServer.ReadAsync(client, 1));
    }

    private static TcpServiceConfig Service(ScriptedServer server, TimeSpan? idle = null, TimeSpan? session = null)
    {
        var service = Servers($"127.0.0.1:{server.Port}");
        return service with { LoadBalancer = service.LoadBalancer! with { IdleTimeout = idle, SessionTimeout = session } };
    }

    private async Task<RunningEntryPoint> StartAsync(TcpServiceConfig service, TimeProvider? time = null)
    {
        _chain.Compile(Message(One(Any, service)));
        return await RunningEntryPoint.StartAsync(
            static _ => default, new() { Transport = new() { RespondingTimeouts = new() { ReadTimeout = TimeSpan.FromSeconds(1) } } }, snapshots: _chain.Snapshots, time: time);
    }
}
