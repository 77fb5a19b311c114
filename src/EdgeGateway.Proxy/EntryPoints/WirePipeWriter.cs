using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// What the engine writes, sent on each flush with one call and without a second loop: a flush completes when the kernel has
/// the bytes, which is all the back-pressure there is. Buffers are rented only between the first write and the flush.
/// </summary>
internal sealed class WirePipeWriter(Wire wire) : PipeWriter
{
    // One response head with a small body fits; larger writes ask for more.
    private const int FirstBuffer = 4096;

    // Two of these fit a socket's default send buffer; a larger one only copies more.
    private const int FlushAt = 65536;

    private byte[] _buffer = [];
    private int _written;
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _written;

    public override void Advance(int bytes) => _written += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsSpan(_written);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written == 0 || _completed)
        {
            return new(new FlushResult(false, _completed));
        }

        var write = wire.WriteAsync(_buffer.AsMemory(0, _written));
        if (write.IsCompletedSuccessfully)
        {
            write.GetAwaiter().GetResult();
            Return();
            return new(new FlushResult(false, false));
        }

        return WaitAsync(write);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        // A large body goes out from where it lies, without a copy, when nothing waits before it.
        return _written == 0 && source.Length >= FirstBuffer && !_completed
            ? WaitAsync(wire.WriteAsync(source))
            : base.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        // Flushes end with the socket: an abort closes it.
    }

    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        Return();
    }

    private void Ensure(int sizeHint)
    {
        var wanted = _written + Math.Max(sizeHint, 1);
        if (wanted <= _buffer.Length)
        {
            return;
        }

        var size = Math.Max(FirstBuffer, wanted);
        if (_written > 0)
        {
            size = Math.Max(size, Math.Min(_buffer.Length * 2, FlushAt));
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _written = 0;
    }

    private async ValueTask<FlushResult> WaitAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The peer is gone: the engine learns it as a completed pipe, as from its own transport.
            _completed = true;
        }

        Return();
        return new FlushResult(false, _completed);
    }
}
