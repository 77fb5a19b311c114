using System.Buffers;
using System.Globalization;
using System.Text;
using EdgeGateway.Rules.Text;

namespace EdgeGateway.Rules.Syntax;

/// <summary>Go's interpreted string literals: reading their escapes and writing a text as one.</summary>
internal static class GoStringLiteral
{
    /// <summary>Decodes what stands between the quotes.</summary>
    /// <param name="content">The literal without its quotes.</param>
    /// <param name="value">The text; bytes from <c>\x</c> and octal escapes that are not UTF-8 are kept by <see cref="LosslessUtf8"/>.</param>
    /// <param name="fault">Index of the escape that is wrong.</param>
    public static bool TryUnquote(ReadOnlySpan<char> content, out string value, out int fault)
    {
        fault = 0;
        if (!content.Contains('\\'))
        {
            value = content.ToString();
            return true;
        }

        // Escapes denote bytes, so the text is put together as UTF-8.
        var bytes = new ArrayBufferWriter<byte>(content.Length * 3);
        value = "";
        var i = 0;
        while (i < content.Length)
        {
            if (content[i] != '\\')
            {
                Rune.DecodeFromUtf16(content[i..], out var rune, out var consumed);
                Append(bytes, rune);
                i += consumed;
                continue;
            }

            fault = i;
            if (!TryReadEscape(content, ref i, bytes))
            {
                return false;
            }
        }

        value = LosslessUtf8.Decode(bytes.WrittenSpan);
        return true;
    }

    /// <summary>Writes a text as a literal: in backticks where that can hold it, else in double quotes.</summary>
    public static string Quote(string value)
    {
        if (!value.AsSpan().ContainsAny("`\r\0\uFEFF") && IsWellFormed(value))
        {
            return $"`{value}`";
        }

        var text = new StringBuilder("\"");
        foreach (var b in LosslessUtf8.Encode(value))
        {
            // Everything but plain ASCII goes as bytes: short, and right for bytes that are not UTF-8.
            if (b is >= 0x20 and < 0x7F && b is not ((byte)'"' or (byte)'\\'))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append("\\x").Append(b.ToString("x2", CultureInfo.InvariantCulture));
            }
        }

        return text.Append('"').ToString();
    }

    private static bool TryReadEscape(ReadOnlySpan<char> content, ref int i, ArrayBufferWriter<byte> bytes)
    {
        if (i + 1 >= content.Length)
        {
            return false;
        }

        var kind = content[i + 1];
        switch (kind)
        {
            case 'x':
                return TryReadNumber(content, ref i, 2, 2, 16, bytes, asByte: true);
            case 'u':
                return TryReadNumber(content, ref i, 2, 4, 16, bytes, asByte: false);
            case 'U':
                return TryReadNumber(content, ref i, 2, 8, 16, bytes, asByte: false);
            case >= '0' and <= '7':
                return TryReadNumber(content, ref i, 1, 3, 8, bytes, asByte: true);
        }

        var single = kind switch
        {
            'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', '\\' => '\\', '"' => '"', _ => -1,
        };
        if (single < 0)
        {
            return false;
        }

        Append(bytes, new Rune(single));
        i += 2;
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> content, ref int i, int skip, int digits, int numberBase,
        ArrayBufferWriter<byte> bytes, bool asByte)
    {
        if (i + skip + digits > content.Length)
        {
            return false;
        }

        long number = 0;
        foreach (var c in content.Slice(i + skip, digits))
        {
            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) is var digit && digit >= numberBase)
            {
                return false;
            }

            number = number * numberBase + digit;
        }

        i += skip + digits;
        if (asByte)
        {
            if (number > byte.MaxValue)
            {
                return false;
            }

            bytes.Write([(byte)number]);
            return true;
        }

        if (number > int.MaxValue || !Rune.TryCreate((int)number, out var rune))
        {
            return false;
        }

        Append(bytes, rune);
        return true;
    }

    private static void Append(ArrayBufferWriter<byte> bytes, Rune rune)
    {
        Span<byte> buffer = stackalloc byte[4];
        bytes.Write(buffer[..rune.EncodeToUtf8(buffer)]);
    }

    private static bool IsWellFormed(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsSurrogate(value[i]))
            {
                if (!Rune.TryGetRuneAt(value, i, out _))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
