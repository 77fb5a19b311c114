using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Observability;

/// <summary>A line under construction: on the stack as long as it fits, then in a rented array.</summary>
internal ref struct Utf8Line(Span<byte> initial)
{
    private Span<byte> _bytes = initial;
    private byte[]? _rented;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _bytes[.._length];

    public void Append(byte value)
    {
        Grow(1);
        _bytes[_length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        Grow(text.Length);
        text.CopyTo(_bytes[_length..]);
        _length += text.Length;
    }

    /// <summary>A client's text: what could end the line is written as an escape, on request quotes too.</summary>
    public void AppendText(string text, bool escapeQuotes = false)
    {
        // Three bytes are the most that one UTF-16 unit needs.
        Grow(text.Length * 3);
        if (!NeedsEscape(text, escapeQuotes))
        {
            _length += Encoding.UTF8.GetBytes(text, _bytes[_length..]);
            return;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '"' && escapeQuotes)
            {
                Append("\\\""u8);
            }
            else if (Rune.IsControl(rune) && rune.Value <= 0x7f)
            {
                Append("\\x"u8);
                AppendValue(rune.Value, "x2");
            }
            else
            {
                AppendRune(rune);
            }
        }
    }

    /// <summary>A character.</summary>
    public void AppendRune(Rune rune)
    {
        Grow(4);
        _length += rune.EncodeToUtf8(_bytes[_length..]);
    }

    /// <summary>A number or time.</summary>
    public void AppendValue<T>(T value, scoped ReadOnlySpan<char> format = default)
        where T : IUtf8SpanFormattable
    {
        // No number or time of a line is longer.
        Grow(64);
        value.TryFormat(_bytes[_length..], out var written, format, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }

    private static bool NeedsEscape(string text, bool escapeQuotes)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or '\x7f' || (c == '"' && escapeQuotes))
            {
                return true;
            }
        }

        return false;
    }

    private void Grow(int more)
    {
        if (_length + more <= _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + more));
        _bytes[.._length].CopyTo(larger);
        Dispose();
        _rented = larger;
        _bytes = larger;
    }
}
