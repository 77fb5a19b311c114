using System.Runtime.CompilerServices;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// The routers of one entry point, plain or TLS. The first that matches wins, in the order priority, provider precedence, name
/// (dynamic-config §4.5; Traefik leaves ties to chance). Only routers that can match the request's host are looked at: the time for
/// a match does not grow with the number of routers that name other hosts.
/// </summary>
public sealed class HttpRouting
{
    /// <summary>No routers.</summary>
    public static readonly HttpRouting Empty = new([]);

    private readonly HttpRouterModel[] _ordered;
    private readonly Dictionary<string, Candidate[]> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Candidate[]> _wildcards = new(StringComparer.OrdinalIgnoreCase);
    private readonly Candidate[] _anyHost;
    private readonly Dictionary<string, Candidate[]>.AlternateLookup<ReadOnlySpan<char>> _hostLookup;
    private readonly Dictionary<string, Candidate[]>.AlternateLookup<ReadOnlySpan<char>> _wildcardLookup;

    private HttpRouting(HttpRouterModel[] ordered)
    {
        _ordered = ordered;
        _hostLookup = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcardLookup = _wildcards.GetAlternateLookup<ReadOnlySpan<char>>();

        Dictionary<string, List<Candidate>> hosts = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, List<Candidate>> wildcards = new(StringComparer.OrdinalIgnoreCase);
        List<Candidate> anyHost = [];
        for (var rank = 0; rank < ordered.Length; rank++)
        {
            var candidate = new Candidate(rank, ordered[rank]);
            if (ordered[rank].Rule.Hosts is not { } names)
            {
                anyHost.Add(candidate);
                continue;
            }

            foreach (var name in names)
            {
                // One trailing dot is forgiven on either side; the rule itself decides exactly.
                Add(name, candidate);
                if (name.EndsWith('.'))
                {
                    Add(name[..^1], candidate);
                }
            }
        }

        Freeze(hosts, _hosts);
        Freeze(wildcards, _wildcards);
        _anyHost = [.. anyHost];

        void Add(string name, Candidate candidate)
        {
            var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
            var map = wildcard ? wildcards : hosts;
            var key = wildcard ? name[1..] : name;
            if (!map.TryGetValue(key, out var list))
            {
                map.Add(key, list = []);
            }

            if (list.Count == 0 || list[^1].Rank != candidate.Rank)
            {
                list.Add(candidate);
            }
        }
    }

    /// <summary>The routers, first tried first.</summary>
    public IReadOnlyList<HttpRouterModel> Routers => _ordered;

    /// <summary>Sorts and indexes routers.</summary>
    public static HttpRouting Build(IEnumerable<HttpRouterModel> routers)
    {
        HttpRouterModel[] ordered = [.. routers];
        if (ordered.Length == 0)
        {
            return Empty;
        }

        Array.Sort(ordered, static (a, b) =>
            a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
            : a.ProviderRank != b.ProviderRank ? a.ProviderRank.CompareTo(b.ProviderRank)
            : string.CompareOrdinal(a.Name, b.Name));
        return new HttpRouting(ordered);
    }

    /// <summary>The router for a request, or null. Allocates nothing beyond what the rules' own values need.</summary>
    /// <param name="request">The request.</param>
    /// <param name="namedHostsOnly">True: routers that can match any host are left out.</param>
    public HttpRouterModel? Match(HttpRequestView request, bool namedHostsOnly = false)
    {
        var lists = default(CandidateLists);
        var count = 0;
        if (_hosts.Count + _wildcards.Count > 0 && request.CanonicalHost is { Length: > 0 } host)
        {
            Collect(host, ref lists, ref count);
            if (host[^1] == '.')
            {
                Collect(host.AsSpan(0, host.Length - 1), ref lists, ref count);
            }
        }

        if (!namedHostsOnly && _anyHost.Length > 0)
        {
            lists[count++] = _anyHost;
        }

        return count switch
        {
            0 => null,
            1 => First(lists[0], request),
            _ => Merge(lists[..count], request),
        };
    }

    private void Collect(ReadOnlySpan<char> host, ref CandidateLists lists, ref int count)
    {
        if (_hostLookup.TryGetValue(host, out var exact))
        {
            lists[count++] = exact;
        }

        var dot = host.IndexOf('.');
        if (dot >= 0 && _wildcardLookup.TryGetValue(host[dot..], out var wildcard))
        {
            lists[count++] = wildcard;
        }
    }

    private static HttpRouterModel? First(Candidate[] candidates, HttpRequestView request)
    {
        foreach (var candidate in candidates)
        {
            if (candidate.Router.Rule.Matches(request))
            {
                return candidate.Router;
            }
        }

        return null;
    }

    // Walks the sorted lists together, lowest rank first.
    private static HttpRouterModel? Merge(ReadOnlySpan<Candidate[]> lists, HttpRequestView request)
    {
        Span<int> positions = stackalloc int[CandidateLists.Length];
        positions.Clear();
        while (true)
        {
            var best = -1;
            for (var i = 0; i < lists.Length; i++)
            {
                if (positions[i] < lists[i].Length
                    && (best < 0 || lists[i][positions[i]].Rank < lists[best][positions[best]].Rank))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return null;
            }

            var router = lists[best][positions[best]++].Router;
            if (router.Rule.Matches(request))
            {
                return router;
            }
        }
    }

    private static void Freeze(Dictionary<string, List<Candidate>> source, Dictionary<string, Candidate[]> target)
    {
        target.EnsureCapacity(source.Count);
        foreach (var (key, list) in source)
        {
            target.Add(key, [.. list]);
        }
    }

    private readonly record struct Candidate(int Rank, HttpRouterModel Router);

    // Exact and wildcard, with and without the trailing dot, and the routers for any host.
    [InlineArray(Length)]
    private struct CandidateLists
    {
        public const int Length = 5;
        private Candidate[] _first;
    }
}
