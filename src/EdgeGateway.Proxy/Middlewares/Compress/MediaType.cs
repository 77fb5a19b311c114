using EdgeGateway.Proxy.Middlewares.Headers;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>Reads a Content-Type as Go's mime.ParseMediaType does, without an allocation.</summary>
internal static class MediaType
{
    private const string Blanks = " \t";

    /// <summary>Splits a value; false when it is malformed (RFC 9110 §8.3.1), a parameter that is there twice included.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="type">Type and subtype without parameters, in the case of the value.</param>
    public static bool TryParse(ReadOnlySpan<char> value, out ReadOnlySpan<char> type)
    {
        var end = value.IndexOf(';');
        type = (end < 0 ? value : value[..end]).Trim(Blanks);
        var slash = type.IndexOf('/');
        if (slash < 0 ? !HeaderText.IsToken(type) : !HeaderText.IsToken(type[..slash]) || !HeaderText.IsToken(type[(slash + 1)..]))
        {
            return false;
        }

        var parameters = end < 0 ? default : value[end..];
        for (var rest = parameters.TrimStart(Blanks); !rest.IsEmpty; rest = rest.TrimStart(Blanks))
        {
            var before = parameters[..^rest.Length];
            if (!TryParameter(ref rest, out var name))
            {
                return rest.Trim(Blanks) is ";"; // one at the end is forgiven
            }

            while (TryParameter(ref before, out var earlier))
            {
                if (earlier.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TryParameter(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name)
    {
        name = default;
        var at = rest.TrimStart(Blanks);
        if (at is not [';', ..])
        {
            return false;
        }

        at = at[1..].TrimStart(Blanks);
        var length = TokenLength(at);
        name = at[..length];
        at = at[length..].TrimStart(Blanks);
        if (length == 0 || at is not ['=', ..])
        {
            return false;
        }

        at = at[1..].TrimStart(Blanks);
        var value = at is ['"', ..] ? QuotedLength(at) : TokenLength(at);
        if (value == 0)
        {
            return false;
        }

        rest = at[value..];
        return true;
    }

    private static int TokenLength(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(HeaderText.TokenCharacters);
        return end < 0 ? text.Length : end;
    }

    // Quotes included; 0 when it does not end.
    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return 0;
    }
}
