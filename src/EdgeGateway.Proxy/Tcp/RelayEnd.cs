using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>One side of a relay: a socket, plain or with TLS over it.</summary>
internal readonly struct RelayEnd(Socket socket, SslStream? tls)
{
    /// <summary>The socket.</summary>
    public Socket Socket => socket;

    /// <summary>TLS over it; null = plain.</summary>
    public bool IsTls => tls is not null;

    /// <summary>Completes when there is something to read, or the end; holds no buffer while it waits.</summary>
    public ValueTask<int> WaitAsync() => tls is null
        ? socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, CancellationToken.None)
        : tls.ReadAsync(Memory<byte>.Empty, CancellationToken.None);

    /// <summary>Reads what is there; 0 = the other side ends its direction.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer) => tls is null
        ? socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None)
        : tls.ReadAsync(buffer, CancellationToken.None);

    /// <summary>Writes it all. Completes when the kernel has it, so a reader that stalls stops us here.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (tls is not null)
        {
            return tls.WriteAsync(bytes, CancellationToken.None);
        }

        var send = socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None);
        if (!send.IsCompletedSuccessfully)
        {
            return WriteRestAsync(socket, send, bytes);
        }

        var sent = send.GetAwaiter().GetResult();
        return sent == bytes.Length ? ValueTask.CompletedTask : WriteRestAsync(socket, new ValueTask<int>(sent), bytes);
    }

    /// <summary>Ends this direction: close_notify where there is TLS, then FIN. Reading goes on.</summary>
    public async ValueTask EndWritingAsync()
    {
        if (tls is not null)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Ends both directions at once, without a reset.</summary>
    public void Shutdown()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    /// <summary>Ends both directions with a reset.</summary>
    public void Reset() => socket.Close(0);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WriteRestAsync(Socket socket, ValueTask<int> first, ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[await first..];
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None)..];
        }
    }
}
