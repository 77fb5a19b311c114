using System.Buffers;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>A copy of what was read so far of a request's body. Used by one request at a time; dispose it when nobody reads it any more.</summary>
/// <param name="limit">A longer body is not kept.</param>
/// <param name="memory">What all copies may take.</param>
internal sealed class BodyCopy(long limit, BodyMemory memory) : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>True once the last byte of the body is in it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True when the body is longer than the limit, or memory was short: nothing is kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySequence<byte> bytes)
    {
        if (IsTooLong || bytes.IsEmpty)
        {
            return;
        }

        if (_length + bytes.Length > limit || !TryGrow(_length + bytes.Length))
        {
            Dispose();
            IsTooLong = true;
            return;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += (int)bytes.Length;
    }

    /// <summary>The body ended.</summary>
    public void End() => IsWhole = !IsTooLong;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            memory.Give(_bytes.Length);
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _length = 0;
        IsWhole = false;
    }

    private bool TryGrow(long needed)
    {
        if (needed <= _bytes.Length)
        {
            return true;
        }

        if (needed > Array.MaxLength)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(Math.Max(FirstSize, needed), _bytes.Length * 2L)));
        if (!memory.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        Bytes.CopyTo(larger);
        var length = _length;
        Dispose();
        (_bytes, _length) = (larger, length);
        return true;
    }
}
