using System.Collections.Immutable;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>
/// The server names for which an entry point's HTTP routers with TLS speak: such a connection is HTTPS before it is TCP (dynamic-config §6.6).
/// Immutable; a change among ten thousand routers costs what it touches.
/// </summary>
internal sealed class HttpsHosts
{
    /// <summary>No HTTP router with TLS.</summary>
    public static readonly HttpsHosts None = new(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase), 0, 0);

    // How many routers name each.
    private readonly ImmutableDictionary<string, int> _names;
    private readonly int _routers;
    private readonly int _catchAll;

    private HttpsHosts(ImmutableDictionary<string, int> names, int routers, int catchAll) => (_names, _routers, _catchAll) = (names, routers, catchAll);

    /// <summary>There is an HTTP router with TLS.</summary>
    public bool Any => _routers > 0;

    /// <summary>One of them takes any host.</summary>
    public bool CatchAll => _catchAll > 0;

    /// <summary>The same after a change.</summary>
    /// <param name="removed">Host names of each HTTP router with TLS that went, as its rule lists them; an empty list stands for any host.</param>
    /// <param name="added">Those of each that came.</param>
    public HttpsHosts With(IEnumerable<IReadOnlyList<string>> removed, IEnumerable<IReadOnlyList<string>> added)
    {
        var names = _names.ToBuilder();
        var (routers, catchAll) = (_routers, _catchAll);
        foreach (var (domains, by) in removed.Select(static domains => (domains, -1)).Concat(added.Select(static domains => (domains, 1))))
        {
            routers += by;
            catchAll += domains.Count == 0 ? by : 0;
            foreach (var name in domains)
            {
                if (name == "*")
                {
                    catchAll += by;
                    continue;
                }

                // One trailing dot is forgiven, as in HostSNI.
                var bare = name.EndsWith('.') ? name[..^1] : name;
                var key = bare.StartsWith("*.", StringComparison.Ordinal) ? bare[1..] : bare;
                var count = names.GetValueOrDefault(key) + by;
                if (count == 0)
                {
                    names.Remove(key);
                }
                else
                {
                    names[key] = count;
                }
            }
        }

        return new(names.ToImmutable(), routers, catchAll);
    }

    /// <summary>True when a router names this server name, or its wildcard.</summary>
    public bool Has(string serverName)
    {
        if (serverName.Length == 0 || _names.Count == 0)
        {
            return false;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return _names.ContainsKey(serverName) || (dot > 0 && _names.ContainsKey(serverName[dot..]));
    }
}
