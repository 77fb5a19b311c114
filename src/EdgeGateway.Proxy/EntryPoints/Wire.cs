using System.Net.Security;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>The bytes of a connection as the HTTP engine sees them: the socket itself, or TLS over it.</summary>
internal abstract class Wire : IAsyncDisposable
{
    /// <summary>Reads; 0 = the peer closed its sending side. An empty buffer waits until something can be read.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Writes everything.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>Tells the peer that nothing more comes.</summary>
    public abstract ValueTask CloseAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>Plain bytes.</summary>
internal sealed class PlainWire(Socket socket, Connection connection) : Wire
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        connection.CountSent(buffer.Length);
        var sent = socket.SendAsync(buffer, SocketFlags.None);
        if (sent.IsCompletedSuccessfully)
        {
            _ = sent.Result;
            return ValueTask.CompletedTask;
        }

        return WaitAsync(sent);
    }

    public override ValueTask CloseAsync()
    {
        socket.Shutdown(SocketShutdown.Both);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask WaitAsync(ValueTask<int> sent) => await sent;
}

/// <summary>TLS; counting happens in the stream below it.</summary>
internal sealed class TlsWire(SslStream tls, Socket socket) : Wire
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => tls.ReadAsync(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => tls.WriteAsync(buffer);

    public override async ValueTask CloseAsync()
    {
        await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Both);
    }

    public override async ValueTask DisposeAsync()
    {
        await tls.DisposeAsync();
        socket.Dispose();
    }
}
