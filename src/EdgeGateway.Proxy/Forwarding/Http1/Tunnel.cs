using System.Buffers;
using System.Net.Sockets;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// After a 101 the bytes of both sides are relayed as they are. A side that ends its direction ends that one only (RFC 9110 §7.8 leaves
/// it to the new protocol); an error ends both.
/// </summary>
internal static class Tunnel
{
    private const int SmallBuffer = 4096;
    private const int LargeBuffer = 32768;

    /// <summary>Relays until both directions have ended.</summary>
    /// <param name="client">The client's side, after the upgrade.</param>
    /// <param name="connection">The client's connection, to end one direction of it.</param>
    /// <param name="server">The server's side; what it sent behind its head is relayed first.</param>
    /// <returns>Bytes from the server.</returns>
    public static async ValueTask<long> RelayAsync(Stream client, Connection connection, Http1Connection server)
    {
        var up = UpAsync(client, server);
        var bytes = 0L;
        try
        {
            while (true)
            {
                if (server.Received is { IsEmpty: false } received)
                {
                    await client.WriteAsync(received, CancellationToken.None);
                    bytes += received.Length;
                    server.Consume(received.Length);
                }

                if (!server.Accept(await server.ReceiveAsync()))
                {
                    break;
                }
            }

            await connection.EndSendingAsync();
        }
        catch (Exception e) when (IsEnd(e))
        {
            connection.Abort();
        }

        await up;
        return bytes;
    }

    private static async Task UpAsync(Stream client, Http1Connection server)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            int read;
            while ((read = await client.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                await server.SendAsync(buffer.AsMemory(0, read));
                if (read == buffer.Length && read < LargeBuffer)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(LargeBuffer);
                }
            }

            server.ShutdownSend();
        }
        catch (Exception e) when (IsEnd(e))
        {
            server.Dispose();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsEnd(Exception e) =>
        e is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;
}
