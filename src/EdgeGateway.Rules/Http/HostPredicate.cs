namespace EdgeGateway.Rules.Http;

/// <summary><c>Host</c>: equality, a one-label wildcard, a forgiven trailing dot on either side (dynamic-config §4.2).</summary>
internal sealed class HostPredicate : HttpPredicate
{
    private readonly string _host;
    private readonly string? _withoutDot;

    public HostPredicate(string argument)
    {
        _host = argument.ToLowerInvariant();
        _withoutDot = _host.EndsWith('.') ? _host[..^1] : null;
    }

    public override HashSet<string>? Hosts
    {
        get
        {
            if (_host == "*")
            {
                return null;
            }

            // A trailing dot is forgiven on either side, so every spelling that can match is a key.
            var name = _withoutDot ?? _host;
            return new(StringComparer.Ordinal) { name, name + "." };
        }
    }

    public override bool Matches(HttpRequestView request)
    {
        var host = request.CanonicalHost;
        if (_host == "*")
        {
            return true;
        }

        if (host.Length == 0)
        {
            return false;
        }

        return Is(_host, host)
            || (_withoutDot is not null && Is(_withoutDot, host))
            || (host.EndsWith('.') && Is(_host, host.AsSpan(0, host.Length - 1)));
    }

    private static bool Is(string expected, ReadOnlySpan<char> host)
    {
        if (expected[0] != '*')
        {
            return host.Equals(expected, StringComparison.OrdinalIgnoreCase);
        }

        var dot = host.IndexOf('.');
        return dot >= 0 && host[dot..].Equals(expected.AsSpan(1), StringComparison.OrdinalIgnoreCase);
    }
}
