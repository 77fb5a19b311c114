namespace EdgeGateway.Proxy.Routing;

/// <summary>Reads Host values (dynamic-config §4.2, data: requestHost.json).</summary>
internal static class HostName
{
    /// <summary>The host as rules see it: without port and brackets, trimmed, lower case. What cannot be split stays as it is.</summary>
    public static string Canonical(string host)
    {
        var name = Split(host, out _).Trim();
        if (name.Length == host.Length && !HasUpper(name))
        {
            return host;
        }

        return name.ToString().ToLowerInvariant();
    }

    /// <summary>Splits host and port the way Go does; the port is empty when there is none or the value cannot be split.</summary>
    public static ReadOnlySpan<char> Split(ReadOnlySpan<char> host, out ReadOnlySpan<char> port)
    {
        port = default;
        var colon = host.LastIndexOf(':');
        if (colon < 0)
        {
            return host;
        }

        if (host[0] == '[')
        {
            var end = host.IndexOf(']');
            if (end == colon - 1 && end > 0 && host[1..].IndexOf('[') < 0 && host[(end + 1)..].IndexOf(']') < 0)
            {
                port = host[(colon + 1)..];
                return host[1..end];
            }

            return end == host.Length - 1 ? host[1..^1] : host;
        }

        var name = host[..colon];
        if (name.IndexOf(':') >= 0 || host.IndexOfAny('[', ']') >= 0)
        {
            return host;
        }

        port = host[(colon + 1)..];
        return name;
    }

    private static bool HasUpper(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is >= 'A' and <= 'Z' or > '\x7f')
            {
                return true;
            }
        }

        return false;
    }
}
