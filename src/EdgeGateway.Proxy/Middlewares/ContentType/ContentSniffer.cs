using System.Buffers.Binary;

namespace EdgeGateway.Proxy.Middlewares.ContentType;

/// <summary>
/// Guesses a Content-Type from the first bytes of a body, by the table of the WHATWG MIME Sniffing standard (§6, §7.1) as far as Go's
/// server has it.
/// </summary>
internal static class ContentSniffer
{
    /// <summary>So many bytes are looked at.</summary>
    public const int Length = 512;

    private const string Binary = "application/octet-stream";
    private const string Text = "text/plain; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";

    // Each is HTML when a blank or ">" follows; letters in any case.
    private static readonly string[] HtmlTags =
    [
        "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P", "<!--",
    ];

    // "?" stands for any byte: RIFF and FORM have their length there.
    private static readonly (byte[] Pattern, string Type)[] Signatures =
    [
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ("%!PS-Adobe-"u8.ToArray(), "application/postscript"),
        ([0xFE, 0xFF, Wild, Wild], "text/plain; charset=utf-16be"),
        ([0xFF, 0xFE, Wild, Wild], "text/plain; charset=utf-16le"),
        ([0xEF, 0xBB, 0xBF, Wild], Text),
        ([0x00, 0x00, 0x01, 0x00], "image/x-icon"),
        ([0x00, 0x00, 0x02, 0x00], "image/x-icon"),
        ("BM"u8.ToArray(), "image/bmp"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ("RIFF????WEBPVP"u8.ToArray(), "image/webp"),
        ([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("FORM????AIFF"u8.ToArray(), "audio/aiff"),
        ("ID3"u8.ToArray(), "audio/mpeg"),
        ("OggS\0"u8.ToArray(), "application/ogg"),
        ("MThd\0\0\0\u0006"u8.ToArray(), "audio/midi"),
        ("RIFF????AVI "u8.ToArray(), "video/avi"),
        ("RIFF????WAVE"u8.ToArray(), "audio/wave"),
        ([0x1A, 0x45, 0xDF, 0xA3], "video/webm"),
        ([.. Enumerable.Repeat(Wild, 34), .. "LP"u8], "application/vnd.ms-fontobject"),
        ([0x00, 0x01, 0x00, 0x00], "font/ttf"),
        ("OTTO"u8.ToArray(), "font/otf"),
        ("ttcf"u8.ToArray(), "font/collection"),
        ("wOFF"u8.ToArray(), "font/woff"),
        ("wOF2"u8.ToArray(), "font/woff2"),
        ([0x1F, 0x8B, 0x08], "application/x-gzip"),
        ("PK\u0003\u0004"u8.ToArray(), "application/zip"),
        ("Rar!\u001A\u0007\0"u8.ToArray(), "application/x-rar-compressed"),
        ("Rar!\u001A\u0007\u0001\0"u8.ToArray(), "application/x-rar-compressed"),
        ([0x00, .. "asm"u8], "application/wasm"),
    ];

    private const byte Wild = (byte)'?';

    /// <summary>The type; never empty.</summary>
    /// <param name="body">What is there of the body; more than <see cref="Length"/> bytes are not looked at.</param>
    public static string Guess(ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, Length)];
        var visible = body.TrimStart("\t\n\f\r "u8);
        foreach (var tag in HtmlTags)
        {
            if (IsTag(visible, tag))
            {
                return Html;
            }
        }

        if (visible.StartsWith("<?xml"u8))
        {
            return "text/xml; charset=utf-8";
        }

        foreach (var (pattern, type) in Signatures)
        {
            if (Matches(body, pattern))
            {
                return type;
            }
        }

        return IsMp4(body) ? "video/mp4" : IsText(visible) ? Text : Binary;
    }

    private static bool IsTag(ReadOnlySpan<byte> body, string tag)
    {
        if (body.Length <= tag.Length || body[tag.Length] is not ((byte)' ' or (byte)'>'))
        {
            return false;
        }

        for (var i = 0; i < tag.Length; i++)
        {
            if ((char.IsAsciiLetter(tag[i]) ? body[i] & 0xDF : body[i]) != tag[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool Matches(ReadOnlySpan<byte> body, byte[] pattern)
    {
        if (body.Length < pattern.Length)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != Wild && pattern[i] != body[i])
            {
                return false;
            }
        }

        return true;
    }

    // MIME Sniffing §6.2.1: the first box is "ftyp" and one of its brands begins with "mp4"; the second word is a version.
    private static bool IsMp4(ReadOnlySpan<byte> body)
    {
        if (body.Length < 12 || !body[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(body);
        if (size > body.Length || size % 4 != 0)
        {
            return false;
        }

        for (var brand = 8; brand < size; brand += 4)
        {
            if (brand != 12 && body[brand..].StartsWith("mp4"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> body)
    {
        foreach (var b in body)
        {
            if (b is <= 0x08 or 0x0B or (>= 0x0E and <= 0x1A) or (>= 0x1C and <= 0x1F))
            {
                return false;
            }
        }

        return true;
    }
}
