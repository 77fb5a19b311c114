using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Routing;

/// <summary>FNV, 64 bits (offset basis and prime of the FNV reference): names and choices that Traefik makes with it must come out the same.</summary>
internal static class FowlerNollVo
{
    /// <summary>Hash of nothing.</summary>
    public const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>FNV-1 of a text in UTF-8, hexadecimal without leading zeros.</summary>
    public static string Hex(string text)
    {
        var hash = Offset;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked(hash * Prime) ^ b;
        }

        return hash.ToString("x", CultureInfo.InvariantCulture);
    }

    /// <summary>FNV-1a of a text in UTF-8, after what gave <paramref name="hash"/>; allocates nothing.</summary>
    public static ulong Continue1A(ulong hash, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            foreach (var b in bytes[..length])
            {
                hash = unchecked((hash ^ b) * Prime);
            }
        }

        return hash;
    }
}
