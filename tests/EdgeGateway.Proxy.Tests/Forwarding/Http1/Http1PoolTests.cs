using System.Net;
using System.Net.Sockets;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding.Http1;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding.Http1;

/// <summary>Idle connections to one server.</summary>
public sealed class Http1PoolTests
{
    private readonly ServerAddress _address = new();

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    [InlineData(3, 3)]
    public async Task So_many_are_kept_and_the_last_one_comes_first(long limit, int kept)
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        using var pool = new Http1Pool(new() { MaxIdleConnsPerHost = limit }, TimeProvider.System);
        var connections = new List<Http1Connection>();
        for (var i = 0; i < 5; i++)
        {
            connections.Add(await ConnectAsync(server));
        }

        Assert.Equal(kept, connections.Count(pool.TryKeep));

        foreach (var connection in connections.Take(kept).Reverse())
        {
            Assert.Same(connection, pool.Take());
        }

        Assert.Null(pool.Take());
        connections.ForEach(static connection => connection.Dispose());
    }

    [Fact]
    public async Task One_that_is_idle_for_too_long_is_closed()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        using var pool = new Http1Pool(new() { ForwardingTimeouts = new() { IdleConnTimeout = TimeSpan.FromMilliseconds(50) } }, TimeProvider.System);
        Assert.True(pool.TryKeep(await ConnectAsync(server)));

        await Eventually.TrueAsync(() => pool.Count == 0 && _address.Open == 0, "it is closed");

        await Eventually.TrueAsync(() => server is { Connections: 1, Open: 0 }, "the server sees it");
        Assert.Null(pool.Take());
    }

    [Fact]
    public async Task One_that_the_server_closed_is_let_go()
    {
        var close = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(_ => close.Task);
        using var pool = new Http1Pool(new() { ForwardingTimeouts = new() { IdleConnTimeout = TimeSpan.FromSeconds(1) } }, TimeProvider.System);
        Assert.True(pool.TryKeep(await ConnectAsync(server)));
        close.SetResult();

        await Eventually.TrueAsync(() => pool.Count == 0, "it is let go");

        Assert.Equal(0, _address.Open);
    }

    [Fact]
    public async Task With_the_last_server_of_an_address_its_connections_go()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        using var pool = new Http1Pool(new(), TimeProvider.System);
        _address.AddUser();
        Assert.True(pool.TryKeep(await ConnectAsync(server)));

        _address.RemoveUser();

        await Eventually.TrueAsync(() => server is { Connections: 1, Open: 0 }, "it is closed");
        var taken = pool.Take();
        Assert.True(taken is null || !taken.TryBegin());
    }

    [Fact]
    public async Task A_pool_that_is_let_go_keeps_none()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        var pool = new Http1Pool(new(), TimeProvider.System);
        Assert.True(pool.TryKeep(await ConnectAsync(server)));
        using var used = await ConnectAsync(server);

        pool.Dispose();

        await Eventually.TrueAsync(() => server is { Connections: 2, Open: 1 }, "the idle one is closed");
        Assert.False(pool.TryKeep(used));
    }

    private async Task<Http1Connection> ConnectAsync(ScriptedServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return new(socket, _address);
    }
}
