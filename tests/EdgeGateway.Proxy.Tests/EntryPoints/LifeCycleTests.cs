using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Tls;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class LifeCycleTests
{
    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_entry_point_and_address()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"));
        var address = $"127.0.0.1:{running.Port}";

        var error = Assert.Throws<EntryPointBindException>(() => New(new EntryPointConfig { Address = address }).Bind());

        Assert.Contains("\"second\"", error.Message, StringComparison.Ordinal);
        Assert.Contains($"\"{address}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("80")]
    [InlineData(":80/sctp")]
    [InlineData(":65536")]
    [InlineData("::1:80")]
    public void A_wrong_address_is_an_error_that_names_it(string address) =>
        Assert.Contains(address, Assert.Throws<EntryPointBindException>(() => New(new EntryPointConfig { Address = address }).Bind()).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Two_entry_points_share_a_port_with_reusePort()
    {
        await using var first = New(new EntryPointConfig { Address = "127.0.0.1:0", ReusePort = true });
        first.Bind();
        await using var second = New(new EntryPointConfig { Address = $"127.0.0.1:{first.LocalEndPoint!.Port}", ReusePort = true });
        second.Bind();
        Assert.Equal(first.LocalEndPoint, second.LocalEndPoint);
    }

    [Fact]
    public async Task An_IPv4_client_of_a_port_without_host_is_an_IPv4_client()
    {
        await using var running = await RunningEntryPoint.StartAsync(
            context => RunningEntryPoint.Answer(context, $"{context.Connection.PeerAddressText} {context.Connection.Local.Address}"),
            new EntryPointConfig { Address = ":0" });

        Assert.EndsWith("\r\n\r\n127.0.0.1 127.0.0.1", await running.ExchangeAsync("GET / HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_connects_before_the_start_waits_and_is_served()
    {
        await using var entryPoint = New(new EntryPointConfig { Address = "127.0.0.1:0" });
        entryPoint.Bind();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(entryPoint.LocalEndPoint!);
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await entryPoint.StartAsync();

        Assert.EndsWith("second", await RunningEntryPoint.ReadToEndAsync(socket), StringComparison.Ordinal);
        await entryPoint.StopAsync();
    }

    [Fact]
    public async Task A_client_that_half_closed_before_its_request_was_taken_up_gets_its_answer()
    {
        await using var entryPoint = New(new EntryPointConfig { Address = "127.0.0.1:0" });
        entryPoint.Bind();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(entryPoint.LocalEndPoint!);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        await entryPoint.StartAsync();

        Assert.EndsWith("second", await RunningEntryPoint.ReadToEndAsync(socket), StringComparison.Ordinal);
        await entryPoint.StopAsync();
    }

    [Fact]
    public async Task Requests_that_run_end_with_their_answer_when_it_stops()
    {
        var started = new CountdownEvent(3);
        var go = new TaskCompletionSource();
        await using var running = await RunningEntryPoint.StartAsync(async context =>
        {
            if (context.Http.Request.Host.Host == "idle.test")
            {
                return;
            }

            started.Signal();
            await go.Task;
            await RunningEntryPoint.Answer(context, "done");
        });
        using var client = RunningEntryPoint.Client();
        var requests = new[] { ("http", HttpVersion.Version11), ("https", HttpVersion.Version11), ("https", HttpVersion.Version20) }
            .Select(kind => client.SendAsync(running.Request(kind.Item1, kind.Item2), CancellationToken.None)).ToArray();
        Assert.True(await Task.Run(() => started.Wait(TimeSpan.FromSeconds(10))));
        using var silent = await running.ConnectAsync();
        using var idle = await running.ConnectAsync();
        await idle.SendAsync("GET / HTTP/1.1\r\nHost: idle.test\r\n\r\n"u8.ToArray());
        var answer = new byte[1000];
        Assert.True(await idle.ReceiveAsync(answer) > 0);
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 5);
        var stopping = running.EntryPoint.StopAsync();
        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(silent));
        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(idle)); // closed: the engine is draining
        await Assert.ThrowsAnyAsync<SocketException>(running.ConnectAsync);
        Assert.False(stopping.IsCompleted);
        go.SetResult();

        foreach (var request in requests)
        {
            using var response = await request;
            Assert.Equal("done", await response.Content.ReadAsStringAsync());
            Assert.Equal(response.Version == HttpVersion.Version11, response.Headers.ConnectionClose == true);
        }

        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(running.EntryPoint.Connections);
    }

    [Fact]
    public async Task A_request_that_outlives_the_grace_time_is_cut()
    {
        var started = new TaskCompletionSource();
        await using var running = await RunningEntryPoint.StartAsync(
            async context =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, context.Http.RequestAborted);
            },
            new EntryPointConfig { Transport = new() { LifeCycle = new() { GraceTimeOut = TimeSpan.FromMilliseconds(300) } } });
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await started.Task;
        var clock = Stopwatch.StartNew();
        await running.EntryPoint.StopAsync();

        Assert.InRange(clock.ElapsedMilliseconds, 250, 5000);
        await Assert.ThrowsAsync<SocketException>(() => RunningEntryPoint.ReadToEndAsync(socket));
    }

    [Fact]
    public async Task New_connections_are_served_during_the_accept_grace_time()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"),
            new EntryPointConfig
            {
                Transport = new() { LifeCycle = new() { RequestAcceptGraceTimeout = TimeSpan.FromSeconds(1) } },
            });
        var stopping = running.EntryPoint.StopAsync();

        Assert.EndsWith("\r\n\r\nx", await running.ExchangeAsync("GET / HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        await stopping;
        await Assert.ThrowsAnyAsync<SocketException>(running.ConnectAsync);
    }

    private static EntryPoint New(EntryPointConfig config) => new("second", config, context => RunningEntryPoint.Answer(context, "second"),
        new CertificateStore(), NullLoggerFactory.Instance, TimeProvider.System);
}
