using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Testbed.Upstreams;
using Xunit;
using Xunit.Abstractions;

namespace EdgeGateway.Proxy.Tests.Forwarding;

/// <summary>What a request costs from socket to socket.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class ForwardingCostTests(ITestOutputHelper output)
{
    private const int Warm = 2000;
    private const int Counted = 5000;

    // 530 in a release build, 1160 in a debug build, which makes objects of its state machines.
    private const int MostBytes = 1800;

    [Fact]
    public async Task A_request_allocates_little()
    {
        // Neither client nor server of the test allocate anything per request.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var serving = ServeAsync(listener);
        await using (var gateway = await RunningGateway.StartAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}"))
        {
            using var client = await gateway.ConnectAsync();
            var request = "GET /hello HTTP/1.1\r\nHost: a.test\r\nUser-Agent: test/1.0\r\nAccept: */*\r\n\r\n"u8.ToArray();
            var buffer = new byte[4096];
            await SendAsync(client, request, buffer, Warm);
            var before = GC.GetTotalAllocatedBytes(precise: true);

            await SendAsync(client, request, buffer, Counted);

            var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / Counted;
            output.WriteLine($"{bytes} bytes per request");
            Assert.InRange(bytes, 1, MostBytes);
        }

        listener.Dispose();
        await serving;
    }

    [Fact]
    public async Task An_upload_to_a_server_that_does_not_read_stops_the_client_and_takes_no_memory()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const int Size = 256 * 1024 * 1024;
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: {Size}\r\n\r\n"));
        await Eventually.TrueAsync(() => server.Heads.Count == 1, "the head arrives");
        var before = GC.GetTotalMemory(true);

        var sent = 0L;
        var block = new byte[256 * 1024];
        using var stalled = new CancellationTokenSource();
        try
        {
            while (sent < Size)
            {
                // A send that makes no progress for a second: every buffer on the way is full.
                stalled.CancelAfter(TimeSpan.FromSeconds(1));
                sent += await socket.SendAsync(block, SocketFlags.None, stalled.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }

        // Socket buffers of the kernel hold a few MiB on each hop.
        Assert.InRange(sent, 1, 64L * 1024 * 1024);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 2 * 1024 * 1024);
        go.SetResult();
    }

    private static async Task SendAsync(Socket client, byte[] request, byte[] buffer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await client.SendAsync(request, SocketFlags.None, default);
            var length = 0;
            do
            {
                var read = await client.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, default);
                Assert.True(read > 0);
                length += read;
            }
            while (!buffer.AsSpan(0, length).EndsWith("Hello, world!"u8));
        }
    }

    private static async Task ServeAsync(Socket listener)
    {
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!");
        try
        {
            using var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, default) > 0)
            {
                await socket.SendAsync(answer, SocketFlags.None, default);
            }
        }
        catch (SocketException)
        {
            // The gateway went away.
        }
    }
}
