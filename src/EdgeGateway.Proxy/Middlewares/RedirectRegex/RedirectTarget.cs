using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Middlewares.RedirectRegex;

/// <summary>What a rewritten URL becomes in a Location header: refused where Go's url.Parse refuses it, escaped where it escapes.</summary>
internal static class RedirectTarget
{
    // What net/url leaves alone in a path that is written out (RFC 3986 pchar, '/', and brackets), in a query and in a fragment.
    private const string Plain = "-_.~!$&'()*+,;=:@/[]%?#";

    /// <summary>Makes the text of the header; false when the URL cannot be parsed.</summary>
    public static bool TryMake(string url, [NotNullWhen(true)] out string? location)
    {
        location = null;
        if (url.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || url.Contains('\x7f', StringComparison.Ordinal))
        {
            return false;
        }

        var scheme = SchemeLength(url);
        if (scheme < 0)
        {
            return false;
        }

        var rest = url.AsSpan(scheme);
        if (scheme > 0 && !rest.IsEmpty && rest[0] != '/')
        {
            location = url; // opaque, such as mailto:
            return true;
        }

        var authority = ReadOnlySpan<char>.Empty;
        if (rest.StartsWith("//"))
        {
            var end = rest[2..].IndexOfAny('/', '?', '#');
            authority = end < 0 ? rest : rest[..(end + 2)];
            if (!IsAuthority(authority[2..]))
            {
                return false;
            }

            rest = rest[authority.Length..];
        }

        var query = rest.IndexOfAny('?', '#');
        if (!HasGoodEscapes(query < 0 ? rest : rest[..query]))
        {
            return false;
        }

        var text = new StringBuilder(url.Length + 16).Append(url, 0, scheme).Append(authority);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in rest.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || Plain.Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                text.Append((char)rune.Value);
                continue;
            }

            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        location = text.ToString();
        return true;
    }

    // With its colon; 0 = none, -1 = a colon where no scheme can be ("missing protocol scheme", "first path segment contains colon").
    private static int SchemeLength(string url)
    {
        for (var i = 0; i < url.Length; i++)
        {
            var c = url[i];
            if (char.IsAsciiLetter(c) || (i > 0 && (char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
            {
                continue;
            }

            if (c == ':')
            {
                return i > 0 ? i + 1 : -1;
            }

            var segment = url.AsSpan().IndexOfAny('/', '?', '#');
            return (segment < 0 ? url.AsSpan() : url.AsSpan(0, segment)).Contains(':') ? -1 : 0;
        }

        return 0;
    }

    private static bool IsAuthority(ReadOnlySpan<char> authority)
    {
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        var port = host.StartsWith("[") ? host[(host.IndexOf(']') + 1)..] : host.IndexOf(':') is var colon and >= 0 ? host[colon..] : default;
        if (!port.IsEmpty && (port[0] != ':' || port[1..].ContainsAnyExceptInRange('0', '9')))
        {
            return false;
        }

        // Only bytes that are not ASCII may be escaped in a host, and the zone of an address.
        for (var at = 0; at < host.Length; at++)
        {
            if (host[at] is ' ' or '"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}')
            {
                return false;
            }

            if (host[at] == '%' && !(host[0] == '[' && host[at..].StartsWith("%25"))
                && !(at + 2 < host.Length && host[at + 1] is >= '8' and <= 'f' && char.IsAsciiHexDigit(host[at + 1]) && char.IsAsciiHexDigit(host[at + 2])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasGoodEscapes(ReadOnlySpan<char> path)
    {
        for (var at = path.IndexOf('%'); at >= 0;)
        {
            if (at + 2 >= path.Length || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]))
            {
                return false;
            }

            path = path[(at + 3)..];
            at = path.IndexOf('%');
        }

        return true;
    }
}
