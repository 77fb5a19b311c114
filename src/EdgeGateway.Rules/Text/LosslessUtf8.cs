using System.Buffers;
using System.Text;

namespace EdgeGateway.Rules.Text;

/// <summary>
/// Bytes as text without loss. Traefik compares bytes, and a decoded path or query may hold bytes that are not UTF-8 (<c>%FF</c>).
/// Each such byte becomes the unpaired surrogate U+DC00 + byte, which no valid text contains, so equal strings are equal bytes.
/// </summary>
public static class LosslessUtf8
{
    private const char Escape = '\uDC00';

    /// <summary>Decodes all bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
        {
            return Encoding.ASCII.GetString(bytes);
        }

        var chars = ArrayPool<char>.Shared.Rent(bytes.Length);
        var text = new string(chars, 0, Decode(bytes, chars));
        ArrayPool<char>.Shared.Return(chars);
        return text;
    }

    /// <summary>Decodes into a buffer of at least as many characters as there are bytes; returns how many were written.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var written = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done)
            {
                written += rune.EncodeToUtf16(chars[written..]);
            }
            else
            {
                chars[written++] = (char)(Escape + bytes[0]);
                consumed = 1;
            }

            bytes = bytes[consumed..];
        }

        return written;
    }

    /// <summary>The bytes that a decoded text stands for.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 16);
        var rest = text.AsSpan();
        Span<byte> buffer = stackalloc byte[4];
        while (!rest.IsEmpty)
        {
            bytes.Write(buffer[..EncodeFirst(rest, buffer, out var consumed)]);
            rest = rest[consumed..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Encodes the first character of a text (one or two UTF-16 units) into at least four bytes; returns how many were written.</summary>
    internal static int EncodeFirst(ReadOnlySpan<char> text, Span<byte> bytes, out int consumed)
    {
        if (Rune.DecodeFromUtf16(text, out var rune, out consumed) == OperationStatus.Done)
        {
            return rune.EncodeToUtf8(bytes);
        }

        consumed = 1;
        if (text[0] is >= (char)(Escape + 0x80) and <= (char)(Escape + 0xFF))
        {
            bytes[0] = (byte)(text[0] - Escape);
            return 1;
        }

        return Rune.ReplacementChar.EncodeToUtf8(bytes);
    }
}
