using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Proxy.Middlewares.DigestAuth;

/// <summary>The parameters of an <c>Authorization: Digest …</c> (RFC 7616 §3.4).</summary>
internal sealed class DigestCredentials
{
    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A parameter; empty when it is not there.</summary>
    public string this[string name] => _parameters.GetValueOrDefault(name, "");

    /// <summary>Reads a header; false when it is of another scheme.</summary>
    public static bool TryRead(string? header, [NotNullWhen(true)] out DigestCredentials? credentials)
    {
        const string Scheme = "Digest ";
        credentials = null;
        if (header is null || !header.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        credentials = new();
        for (var rest = header.AsSpan(Scheme.Length); !rest.IsEmpty;)
        {
            var length = ItemLength(rest);
            var item = rest[..length].Trim();
            rest = length < rest.Length ? rest[(length + 1)..] : default;
            if (item.IndexOf('=') is > 0 and var equal)
            {
                credentials._parameters[item[..equal].TrimEnd().ToString()] = Unquote(item[(equal + 1)..].TrimStart());
            }
        }

        return true;
    }

    // Up to the next comma outside of quotes.
    private static int ItemLength(ReadOnlySpan<char> text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    return i;
            }
        }

        return text.Length;
    }

    private static string Unquote(ReadOnlySpan<char> value)
    {
        if (value is not ['"', .. var inner, '"'])
        {
            return value.ToString();
        }

        var text = new System.Text.StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            i += inner[i] == '\\' && i + 1 < inner.Length ? 1 : 0;
            text.Append(inner[i]);
        }

        return text.ToString();
    }
}
