using System.Net;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>
/// TCP routers of one entry point, plain or TLS. The first that matches wins, in the order priority, provider precedence, name
/// (dynamic-config §4.5). Only those that can match the server name are looked at.
/// </summary>
internal sealed class TcpRoutes
{
    /// <summary>No routers.</summary>
    public static readonly TcpRoutes Empty = new([]);

    private static readonly Candidate[] None = [];

    private readonly Dictionary<string, Candidate[]> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Candidate[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Candidate[] _anyHost;

    private TcpRoutes(TcpRouterModel[] ordered)
    {
        Routers = ordered;
        _lookup = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        var hosts = new Dictionary<string, List<Candidate>>(StringComparer.OrdinalIgnoreCase);
        var anyHost = new List<Candidate>();
        for (var rank = 0; rank < ordered.Length; rank++)
        {
            var candidate = new Candidate(rank, ordered[rank]);
            if (ordered[rank].Rule.Hosts is not { } names)
            {
                anyHost.Add(candidate);
                continue;
            }

            // A wildcard is kept by what follows its star: no name of a client begins with a dot.
            foreach (var name in names.Select(static name => name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name))
            {
                if (!hosts.TryGetValue(name, out var list))
                {
                    hosts[name] = list = [];
                }

                if (list.Count == 0 || list[^1].Rank != rank)
                {
                    list.Add(candidate);
                }
            }
        }

        foreach (var (name, list) in hosts)
        {
            _hosts[name] = [.. list];
        }

        _anyHost = [.. anyHost];
    }

    /// <summary>The routers, first tried first.</summary>
    public IReadOnlyList<TcpRouterModel> Routers { get; }

    /// <summary>Sorts and indexes routers.</summary>
    public static TcpRoutes Build(IEnumerable<TcpRouterModel> routers)
    {
        TcpRouterModel[] ordered = [.. routers];
        Array.Sort(ordered, static (a, b) =>
            a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
            : a.ProviderRank != b.ProviderRank ? a.ProviderRank.CompareTo(b.ProviderRank)
            : string.CompareOrdinal(a.Name, b.Name));
        return ordered.Length == 0 ? Empty : new(ordered);
    }

    /// <summary>The router of a connection, or null. Allocates nothing.</summary>
    /// <param name="serverName">SNI, lower case; empty without one.</param>
    /// <param name="peer">Address of the client.</param>
    /// <param name="protocols">ALPN names that the client offers.</param>
    public TcpRouterModel? Match(string serverName, IPAddress peer, IReadOnlyList<string> protocols)
    {
        var view = new TcpConnectionView(serverName, peer, protocols);
        var exact = None;
        var wildcard = None;
        if (serverName.Length > 0 && _hosts.Count > 0)
        {
            exact = _hosts.GetValueOrDefault(serverName, None);
            var dot = serverName.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && _lookup.TryGetValue(serverName.AsSpan(dot), out var found))
            {
                wildcard = found;
            }
        }

        var (e, w, a) = (0, 0, 0);
        while (true)
        {
            // Walks the three sorted lists together, lowest rank first.
            var best = int.MaxValue;
            best = e < exact.Length ? Math.Min(best, exact[e].Rank) : best;
            best = w < wildcard.Length ? Math.Min(best, wildcard[w].Rank) : best;
            best = a < _anyHost.Length ? Math.Min(best, _anyHost[a].Rank) : best;
            if (best == int.MaxValue)
            {
                return null;
            }

            var router = Routers[best];
            e += e < exact.Length && exact[e].Rank == best ? 1 : 0;
            w += w < wildcard.Length && wildcard[w].Rank == best ? 1 : 0;
            a += a < _anyHost.Length && _anyHost[a].Rank == best ? 1 : 0;
            if (router.Rule.Matches(view))
            {
                return router;
            }
        }
    }

    private readonly record struct Candidate(int Rank, TcpRouterModel Router);
}
