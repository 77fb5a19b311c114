using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// The socket as a stream for <c>SslStream</c>: gives back the bytes that were read to tell TLS from plain, and counts.
/// A stream of our own instead of <c>NetworkStream</c>: bytes are counted at the socket, and zero-byte reads cost no call.
/// </summary>
/// <param name="socket">The socket.</param>
/// <param name="connection">Counts the bytes.</param>
/// <param name="prefix">Read already, comes first.</param>
/// <param name="waitsWithoutBuffer">An empty read waits until there is data: an idle relay then holds no buffer. Among many connections it always does.</param>
internal sealed class ClientStream(Socket socket, Connection connection, ReadOnlyMemory<byte> prefix, bool waitsWithoutBuffer = false) : Stream
{
    private ReadOnlyMemory<byte> _prefix = prefix;
    private byte[]? _held;
    private bool _holds;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            if (_prefix.IsEmpty && (waitsWithoutBuffer || connection.IsInCrowd))
            {
                return socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            }

            return ValueTask.FromResult(0); // SslStream asks so before it rents a buffer; a read follows at once.
        }

        if (!_prefix.IsEmpty)
        {
            var count = Math.Min(_prefix.Length, buffer.Length);
            _prefix[..count].CopyTo(buffer);
            _prefix = count == _prefix.Length ? default : _prefix[count..]; // an idle connection keeps no hello
            return ValueTask.FromResult(count);
        }

        var read = socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            return ReadSlowAsync(read);
        }

        var received = read.GetAwaiter().GetResult();
        connection.AddRead(received);
        return ValueTask.FromResult(received);
    }

    /// <summary>
    /// From now on the last flight of a TLS 1.2 handshake waits for <see cref="ReleaseAsync"/>. It is known by its first record, which is
    /// still in clear: change_cipher_spec, or a new session ticket (RFC 5246 §7.3, RFC 5077 §3.3); 1.3 sends neither by itself.
    /// </summary>
    public void HoldLastFlight() => _holds = true;

    /// <summary>Sends what is held.</summary>
    public ValueTask ReleaseAsync()
    {
        _holds = false;
        return Interlocked.Exchange(ref _held, null) is { } held ? WriteAsync(held) : ValueTask.CompletedTask;
    }

    /// <summary>Sends an alert in place of what is held, and half-closes; nothing when there is nothing held: the keys have changed.</summary>
    public async ValueTask RefuseAsync(byte description)
    {
        if (Interlocked.Exchange(ref _held, null) is not null)
        {
            const byte alert = 0x15, fatal = 2;
            _holds = false;
            await WriteAsync(new byte[] { alert, 3, 3, 0, 2, fatal, description });
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    /// <inheritdoc />
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_holds && (_held is not null || IsLastFlight(buffer.Span)))
        {
            _held = [.. _held ?? [], .. buffer.Span];
            return ValueTask.CompletedTask;
        }

        var send = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (send.IsCompletedSuccessfully)
        {
            var sent = send.GetAwaiter().GetResult();
            connection.AddWritten(sent);
            if (sent == buffer.Length)
            {
                return ValueTask.CompletedTask;
            }

            return WriteRestAsync(ValueTask.FromResult(0), buffer[sent..], cancellationToken);
        }

        return WriteRestAsync(send, buffer, cancellationToken);
    }

    /// <inheritdoc />
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static bool IsLastFlight(ReadOnlySpan<byte> records)
    {
        const byte changeCipherSpec = 20, handshake = 22, newSessionTicket = 4;
        return records.Length > 5 && (records[0] == changeCipherSpec || (records[0] == handshake && records[5] == newSessionTicket));
    }

    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadSlowAsync(ValueTask<int> read)
    {
        var received = await read;
        connection.AddRead(received);
        return received;
    }

    private async ValueTask WriteRestAsync(ValueTask<int> first, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var sent = await first;
        connection.AddWritten(sent);
        while (sent < buffer.Length)
        {
            buffer = buffer[sent..];
            sent = await socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
            connection.AddWritten(sent);
        }
    }
}
