using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Works on escaped paths, with the results of Go's <c>net/url</c>, which decide what servers behind Traefik see. In all texts
/// here one character is one byte of the request line (Latin-1).
/// </summary>
internal static class EscapedPath
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    // RFC 3986 pchar and the slash, and square brackets, which browsers leave alone: a path of these goes on as it is.
    private static readonly SearchValues<char> Plain = SearchValues.Create(Unreserved + "!$&'()*+,;=:@[]/");

    // What Go leaves unescaped when it has to escape a path anew: the rest of pchar is then escaped, too.
    private static readonly SearchValues<char> PlainWhenEscaped = SearchValues.Create(Unreserved + "$&+,/:;=@");

    /// <summary>Index of the first character that is not plain (an escape, a question mark, a character to escape), or -1.</summary>
    public static int IndexOfSpecial(ReadOnlySpan<char> path) => path.IndexOfAnyExcept(Plain);

    /// <summary>True when every percent sign begins an escape of two hexadecimal digits.</summary>
    public static bool HasValidEscapes(ReadOnlySpan<char> path)
    {
        for (var i = path.IndexOf('%'); i >= 0;)
        {
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
            {
                return false;
            }

            var next = path[(i + 3)..].IndexOf('%');
            i = next < 0 ? -1 : i + 3 + next;
        }

        return true;
    }

    /// <summary>
    /// Decodes escapes of unreserved characters and writes the others in upper case (RFC 3986 §6.2.2). A path with a character
    /// that must not stand raw in one is decoded and escaped anew, which loses the difference between <c>/</c> and <c>%2F</c>.
    /// </summary>
    /// <param name="path">Path with valid escapes.</param>
    public static string Normalize(ReadOnlySpan<char> path)
    {
        if (HasRawSpecial(path))
        {
            return Escape(Decode(path));
        }

        var result = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                result.Append(path[i]);
                continue;
            }

            var decoded = Hex(path, i);
            if (Unreserved.Contains(decoded))
            {
                result.Append(decoded);
            }
            else
            {
                result.Append('%').Append(char.ToUpperInvariant(path[i + 1])).Append(char.ToUpperInvariant(path[i + 2]));
            }

            i += 2;
        }

        return result.ToString();
    }

    /// <summary>
    /// A path that a middleware made: as it is, unless it holds a character that must not stand raw in one. Then it is decoded and escaped anew,
    /// which loses the difference between <c>/</c> and <c>%2F</c> (Go's URL.EscapedPath).
    /// </summary>
    /// <param name="path">Path with valid escapes.</param>
    public static string Settle(string path) => HasRawSpecial(path) ? Escape(Decode(path)) : path;

    /// <summary>Decodes every escape.</summary>
    public static string Decode(ReadOnlySpan<char> path)
    {
        var result = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%')
            {
                result.Append(Hex(path, i));
                i += 2;
            }
            else
            {
                result.Append(path[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>Escapes a decoded path.</summary>
    public static string Escape(ReadOnlySpan<char> decoded)
    {
        var result = new StringBuilder(decoded.Length + 8);
        foreach (var c in decoded)
        {
            if (PlainWhenEscaped.Contains(c))
            {
                result.Append(c);
            }
            else if (c <= 0xFF)
            {
                result.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                // An HTTP engine that decodes UTF-8 gives more than bytes.
                result.Append(Uri.EscapeDataString(c.ToString()));
            }
        }

        return result.ToString();
    }

    /// <summary>True when escaping the decoded path gives the same text again.</summary>
    public static bool IsDefaultEncoding(ReadOnlySpan<char> path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                if (!PlainWhenEscaped.Contains(path[i]))
                {
                    return false;
                }

                continue;
            }

            if (PlainWhenEscaped.Contains(Hex(path, i)) || char.IsAsciiLetterLower(path[i + 1]) || char.IsAsciiLetterLower(path[i + 2]))
            {
                return false;
            }

            i += 2;
        }

        return true;
    }

    /// <summary>True when there is no <c>.</c> or <c>..</c> segment and no empty one but the last, and the path starts with a slash.</summary>
    public static bool IsClean(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/')
        {
            return false;
        }

        for (var i = 0; i < path.Length;)
        {
            // path[i] is a slash; the segment behind it decides.
            var rest = path[(i + 1)..];
            var length = rest.IndexOf('/');
            var segment = length < 0 ? rest : rest[..length];
            if ((segment.IsEmpty && length >= 0) || segment is "." or "..")
            {
                return false;
            }

            if (length < 0)
            {
                break;
            }

            i += 1 + length;
        }

        return true;
    }

    /// <summary>
    /// Resolves <c>.</c>, <c>..</c> and repeated slashes; a trailing slash stays. Encoded slashes are no separators. A path that does not
    /// start with a slash (<c>*</c>, empty) is resolved as if it did and stays without.
    /// </summary>
    public static string Clean(ReadOnlySpan<char> path)
    {
        var rooted = !path.IsEmpty && path[0] == '/';
        var result = new StringBuilder(path.Length + 1);
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (segment.IsEmpty || segment is ".")
            {
                continue;
            }

            if (segment is "..")
            {
                var last = LastSlash(result);
                result.Length = Math.Max(last, 0);
                continue;
            }

            result.Append('/').Append(segment);
        }

        if (result.Length == 0 || (path[^1] == '/' && result[^1] != '/'))
        {
            result.Append('/');
        }

        return rooted ? result.ToString() : result.ToString(1, result.Length - 1);
    }

    /// <summary>
    /// Length of the part of <paramref name="path"/> whose decoded form is <paramref name="prefix"/>, or -1 when the decoded path does not
    /// start with it.
    /// </summary>
    /// <param name="path">Escaped path.</param>
    /// <param name="prefix">Decoded prefix, one character per byte.</param>
    public static int MatchPrefix(ReadOnlySpan<char> path, ReadOnlySpan<char> prefix)
    {
        var position = 0;
        foreach (var expected in prefix)
        {
            if (position >= path.Length)
            {
                return -1;
            }

            var actual = path[position];
            if (actual == '%')
            {
                actual = Hex(path, position);
                position += 2;
            }

            if (actual != expected)
            {
                return -1;
            }

            position++;
        }

        return position;
    }

    /// <summary>Configuration text (UTF-8) in the form of this class: one character per byte.</summary>
    public static string FromText(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static bool HasRawSpecial(ReadOnlySpan<char> path)
    {
        for (var i = IndexOfSpecial(path); i >= 0;)
        {
            if (path[i] != '%')
            {
                return true;
            }

            var next = IndexOfSpecial(path[(i + 1)..]);
            i = next < 0 ? -1 : i + 1 + next;
        }

        return false;
    }

    private static int LastSlash(StringBuilder text)
    {
        var i = text.Length - 1;
        while (i >= 0 && text[i] != '/')
        {
            i--;
        }

        return i;
    }

    private static char Hex(ReadOnlySpan<char> path, int percent) =>
        (char)((Digit(path[percent + 1]) << 4) | Digit(path[percent + 2]));

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
