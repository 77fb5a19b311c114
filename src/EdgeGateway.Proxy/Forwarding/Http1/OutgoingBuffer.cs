using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>Bytes on their way to a server, in a pooled buffer that grows. Returned when the bytes have been sent.</summary>
internal struct OutgoingBuffer
{
    // The usual request head with room for a small body.
    private const int FirstSize = 2048;

    // What would end a line, or a text in a careless server. Go writes a blank in their place, too.
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n\0");

    private byte[]? _bytes;
    private int _length;

    /// <summary>What was written.</summary>
    public readonly ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Bytes written.</summary>
    public readonly int Length => _length;

    /// <summary>Appends bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Appends text that holds no line break by its origin.</summary>
    public void Append(string text) => _length += Encoding.Latin1.GetBytes(text, Reserve(text.Length));

    /// <summary>Appends text in which a line break would change the message: it becomes a blank.</summary>
    public void AppendValue(string text)
    {
        var room = Reserve(text.Length);
        Encoding.Latin1.GetBytes(text, room);
        if (text.AsSpan().ContainsAny(LineBreaks))
        {
            room[..text.Length].ReplaceAny(SearchValues.Create("\r\n\0"u8), (byte)' ');
        }

        _length += text.Length;
    }

    /// <summary>Appends a decimal number.</summary>
    public void AppendNumber(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        _length += written;
    }

    /// <summary>Appends a chunk of a chunked body (RFC 9112 §7.1).</summary>
    public void AppendChunk(ReadOnlySpan<byte> data)
    {
        Utf8Formatter.TryFormat(data.Length, Reserve(16), out var written, 'x');
        _length += written;
        Append("\r\n"u8);
        Append(data);
        Append("\r\n"u8);
    }

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Gives the buffer back.</summary>
    public void Return()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            _length = 0;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(FirstSize, count));
        }
        else if (_bytes.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
