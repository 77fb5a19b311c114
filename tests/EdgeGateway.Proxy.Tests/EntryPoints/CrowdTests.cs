using System.Net.Sockets;
using System.Text;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

/// <summary>Among many connections an idle one waits without a buffer: it must notice all that it noticed with one.</summary>
public sealed class CrowdTests
{
    [Fact]
    public async Task A_connection_among_many_reads_requests_bodies_and_ends_as_any_other()
    {
        await using var running = await RunningEntryPoint.StartAsync(static async context =>
        {
            var length = 0L;
            var body = context.Http.Request.BodyReader;
            while (true)
            {
                var read = await body.ReadAsync();
                length += read.Buffer.Length;
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }

            await RunningEntryPoint.Answer(context, $"<{length}>");
        });
        var idle = new List<Socket>();
        for (var i = 0; i < 300; i++)
        {
            idle.Add(await running.ConnectAsync());
            await AskAsync(new NetworkStream(idle[i]), 0);
        }

        Assert.Equal(300, running.EntryPoint.ConnectionCount);
        await AskAsync(new NetworkStream(idle[299]), 0);
        await AskAsync(new NetworkStream(idle[299]), 1 << 20);
        await AskAsync(new NetworkStream(idle[299]), 0);
        await using (var tls = await running.ConnectTlsAsync())
        {
            await AskAsync(tls, 0);
            await AskAsync(tls, 1 << 20);
            await AskAsync(tls, 3);
            await tls.ShutdownAsync();
            Assert.Equal(0, await tls.ReadAsync(new byte[1]));
        }

        // An end and a reset are seen while nothing is asked.
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 300);
        idle[298].Shutdown(SocketShutdown.Send);
        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(idle[298]));
        idle[297].Close(0);
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 298);
        idle.ForEach(static socket => socket.Dispose());
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
    }

    private static async Task AskAsync(Stream stream, int length)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"));
        await stream.WriteAsync(new byte[length]);
        var answer = "";
        var buffer = new byte[4096];
        while (!answer.EndsWith('>'))
        {
            var read = await stream.ReadAsync(buffer);
            Assert.NotEqual(0, read);
            answer += Encoding.ASCII.GetString(buffer, 0, read);
        }

        Assert.EndsWith($"<{length}>", answer, StringComparison.Ordinal);
    }
}
