using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// The socket as a stream for TLS: first what the sniffing already read, then the socket. Counts bytes. Only asynchronous
/// operations: nothing on a connection's path blocks.
/// </summary>
internal sealed class SocketStream(Socket socket, Connection connection, ReadOnlyMemory<byte> prefix) : Stream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_prefix.Length > 0)
        {
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..count].CopyTo(buffer.Span);
            _prefix = _prefix[count..];
            return new(count);
        }

        var read = socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        if (read.IsCompletedSuccessfully)
        {
            var count = read.Result;
            connection.CountReceived(count);
            return new(count);
        }

        return CountAsync(read);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        connection.CountSent(buffer.Length);
        var sent = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (sent.IsCompletedSuccessfully)
        {
            _ = sent.Result;
            return ValueTask.CompletedTask;
        }

        return WaitAsync(sent);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> CountAsync(ValueTask<int> read)
    {
        var count = await read;
        connection.CountReceived(count);
        return count;
    }

    // A stream socket's send takes everything before it completes.
    private static async ValueTask WaitAsync(ValueTask<int> sent) => await sent;
}
