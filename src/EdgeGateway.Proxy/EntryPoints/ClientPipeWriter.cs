using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// Writes straight to the client: what the engine wrote since the last flush leaves in one send from the buffer it was written
/// to. No second pipe, no send loop, no copy in between; nothing is rented while nothing is being written.
/// </summary>
internal sealed class ClientPipeWriter(Socket socket, SslStream? tls, Connection connection) : PipeWriter
{
    // A head and a small body fit; the next buffers of one flush are for bodies (YARP copies in pieces of up to 64 KB).
    private const int FirstBuffer = 4096;
    private const int NextBuffer = 32768;

    private List<ArraySegment<byte>>? _full;
    private byte[]? _buffer;
    private int _length;
    private long _unflushed;
    private volatile bool _completed;
    private volatile bool _sending;

    /// <summary>True once a send has failed: the client is gone.</summary>
    public bool Failed { get; private set; }

    /// <summary>True while nothing is written and nothing is being sent: the place for an interim answer.</summary>
    public bool IsAtRest => _unflushed == 0 && !_sending && !_completed && !Failed;

    /// <inheritdoc />
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc />
    public override long UnflushedBytes => _unflushed;

    /// <inheritdoc />
    public override void Advance(int bytes)
    {
        _length += bytes;
        _unflushed += bytes;
    }

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>A send that waits for a slow client ends when the connection is aborted; there is nothing else to cancel.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc />
    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        if (!_sending)
        {
            Release(); // Else the send still reads the buffer and gives it back.
        }
    }

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_completed || Failed)
        {
            return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true));
        }

        if (_unflushed == 0)
        {
            return ValueTask.FromResult(default(FlushResult));
        }

        if (connection.Refused is { } refused && !connection.IsHttp2)
        {
            // The engine refused the request head and wrote its own answer; the client gets the compatible one.
            connection.Refused = null;
            Discard();
            refused.WriteTo(this);
            if (_unflushed == 0)
            {
                return ValueTask.FromResult(default(FlushResult));
            }
        }

        if (connection.AnswersHttp10)
        {
            connection.AnswersHttp10 = false;
            var head = _full is { Count: > 0 } ? _full[0].AsSpan() : _buffer.AsSpan(0, _length);
            if (head.StartsWith("HTTP/1.1 "u8))
            {
                head["HTTP/1.".Length] = (byte)'0';
            }
        }

        if (connection.Trailers is { } trailers && IsEndOfChunks())
        {
            // The engine knows no trailers over HTTP/1.1; their place is before the empty line that ends the body (RFC 9112 §7.1.2).
            connection.Trailers = null;
            _length -= 2;
            _unflushed -= 2;
            this.Write(trailers.WrittenSpan);
            this.Write("\r\n"u8);
        }

        if (tls is not null || _full is { Count: > 0 })
        {
            _sending = true;
            return SendAllAsync();
        }

        try
        {
            var send = socket.SendAsync(_buffer.AsMemory(0, _length), SocketFlags.None, CancellationToken.None);
            if (!send.IsCompletedSuccessfully)
            {
                _sending = true;
                return SendSlowAsync(send);
            }

            var sent = send.GetAwaiter().GetResult();
            connection.AddWritten(sent);
            if (sent != _length)
            {
                _sending = true;
                return SendSlowAsync(ValueTask.FromResult(sent), counted: true);
            }

            Release();
            return ValueTask.FromResult(default(FlushResult));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromResult(Fail());
        }
    }

    // Alone: all of the body was flushed before the trailers were set.
    private bool IsEndOfChunks() => _full is not { Count: > 0 } && _buffer.AsSpan(0, _length).SequenceEqual("0\r\n\r\n"u8);

    private void Reserve(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _full is { Count: > 0 } ? NextBuffer : FirstBuffer));
            _length = 0;
        }
        else if (_buffer.Length - _length < needed)
        {
            (_full ??= []).Add(new ArraySegment<byte>(_buffer, 0, _length));
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(needed, NextBuffer));
            _length = 0;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendSlowAsync(ValueTask<int> send, bool counted = false)
    {
        try
        {
            var total = await send;
            if (!counted)
            {
                connection.AddWritten(total);
            }

            while (total < _length)
            {
                var sent = await socket.SendAsync(_buffer.AsMemory(total, _length - total), SocketFlags.None, CancellationToken.None);
                connection.AddWritten(sent);
                total += sent;
            }

            _sending = false;
            Release();
            return default;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return Fail();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAllAsync()
    {
        try
        {
            if (tls is not null)
            {
                for (var i = 0; i < (_full?.Count ?? 0); i++)
                {
                    await tls.WriteAsync(_full![i].AsMemory(), CancellationToken.None);
                }

                await tls.WriteAsync(_buffer.AsMemory(0, _length), CancellationToken.None);
            }
            else
            {
                // One gathering send; on Unix it completes only when all of it was taken, or fails.
                _full!.Add(new ArraySegment<byte>(_buffer!, 0, _length));
                _buffer = null;
                connection.AddWritten(await socket.SendAsync(_full, SocketFlags.None));
            }

            _sending = false;
            Release();
            return default;
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return Fail();
        }
    }

    private FlushResult Fail()
    {
        Failed = true;
        _sending = false;
        Release();
        connection.Abort(ConnectionEnd.ClientReset);
        return new FlushResult(isCanceled: false, isCompleted: true);
    }

    private void Discard()
    {
        if (_full is not null && Interlocked.Exchange(ref _full, null) is { } full)
        {
            foreach (var segment in full)
            {
                ArrayPool<byte>.Shared.Return(segment.Array!);
            }
        }

        _length = 0;
        _unflushed = 0;
    }

    private void Release()
    {
        Discard();
        // Exchanged: a completing engine and an ending send may both come here, and a buffer goes back once.
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
