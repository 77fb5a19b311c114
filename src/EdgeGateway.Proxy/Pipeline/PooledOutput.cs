using System.Buffers;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>Takes bytes into one rented buffer that grows.</summary>
internal sealed class PooledOutput : IBufferWriter<byte>
{
    private const int Least = 1024;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>What was written; valid until the next write or <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <inheritdoc cref="Written"/>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <inheritdoc />
    public void Advance(int count) => _length += count;

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Forgets what was written and gives the buffer back.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _length = 0;
    }

    private void Reserve(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 64);
        if (_buffer.Length >= needed)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(Least, _buffer.Length * 2)));
        Written.CopyTo(larger);
        var length = _length;
        Release();
        (_buffer, _length) = (larger, length);
    }
}
