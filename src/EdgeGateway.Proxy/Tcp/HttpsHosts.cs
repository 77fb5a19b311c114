namespace EdgeGateway.Proxy.Tcp;

/// <summary>The server names for which an entry point's HTTP routers with TLS speak: such a connection is HTTPS before it is TCP (dynamic-config §6.6).</summary>
internal sealed class HttpsHosts
{
    /// <summary>No HTTP router with TLS.</summary>
    public static readonly HttpsHosts None = new([]);

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <param name="domains">Host names of each HTTP router with TLS, as its rule lists them; an empty list stands for any host.</param>
    public HttpsHosts(IEnumerable<IReadOnlyList<string>> domains)
    {
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var names in domains)
        {
            Any = true;
            CatchAll |= names.Count == 0;
            foreach (var name in names)
            {
                if (name == "*")
                {
                    CatchAll = true;
                    continue;
                }

                // One trailing dot is forgiven, as in HostSNI.
                var bare = name.EndsWith('.') ? name[..^1] : name;
                _names.Add(bare.StartsWith("*.", StringComparison.Ordinal) ? bare[1..] : bare);
            }
        }
    }

    /// <summary>There is an HTTP router with TLS.</summary>
    public bool Any { get; }

    /// <summary>One of them takes any host.</summary>
    public bool CatchAll { get; }

    /// <summary>True when a router names this server name, or its wildcard.</summary>
    public bool Has(string serverName)
    {
        if (serverName.Length == 0 || _names.Count == 0)
        {
            return false;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return _names.Contains(serverName) || (dot > 0 && _lookup.Contains(serverName.AsSpan(dot)));
    }
}
