using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// The routers of one entry point, plain or TLS. The first that matches wins, in the order of <see cref="RouterOrder"/>. Only routers
/// are looked at that can match the request's host, and among many of one host only those that can match its path: the time for a match
/// does not grow with the number of routers for other hosts or paths. Immutable; a change makes another one that shares what stays.
/// </summary>
public sealed class HttpRouting
{
    /// <summary>No routers.</summary>
    public static readonly HttpRouting Empty = new(HostTable.Empty, HostTable.Empty, RouterSet.Empty);

    private readonly HostTable _hosts;
    private readonly HostTable _wildcards;
    private readonly RouterSet _anyHost;

    private HttpRouting(HostTable hosts, HostTable wildcards, RouterSet anyHost) => (_hosts, _wildcards, _anyHost) = (hosts, wildcards, anyHost);

    /// <summary>The routers, first tried first; put together at each call.</summary>
    public IReadOnlyList<HttpRouterModel> Routers =>
        [.. _hosts.Sets.Concat(_wildcards.Sets).Append(_anyHost).SelectMany(static set => set.All).Distinct().Order(RouterOrder.Instance)];

    /// <summary>Indexes routers.</summary>
    public static HttpRouting Build(IEnumerable<HttpRouterModel> routers) => Empty.With([], [.. routers]);

    /// <summary>The routing after a change; what it costs does not grow with the number of routers for other hosts.</summary>
    /// <param name="removed">Routers of this routing that go.</param>
    /// <param name="added">Routers that come.</param>
    public HttpRouting With(IReadOnlyCollection<HttpRouterModel> removed, IReadOnlyCollection<HttpRouterModel> added)
    {
        if (removed.Count + added.Count == 0)
        {
            return this;
        }

        var hosts = new Dictionary<string, RouterChanges>(StringComparer.Ordinal);
        var wildcards = new Dictionary<string, RouterChanges>(StringComparer.Ordinal);
        var anyHost = new RouterChanges();
        foreach (var router in removed)
        {
            Note(router, isAdded: false);
        }

        foreach (var router in added)
        {
            Note(router, isAdded: true);
        }

        return new(
            _hosts.With(hosts), _wildcards.With(wildcards),
            anyHost.Removed.Count + anyHost.Added.Count == 0 ? _anyHost : _anyHost.With(anyHost));

        void Note(HttpRouterModel router, bool isAdded)
        {
            if (router.Rule.Hosts is not { } names)
            {
                anyHost.Note(router, isAdded);
                return;
            }

            foreach (var name in names)
            {
                // One trailing dot is forgiven on either side; the rule itself decides exactly.
                NoteHost(name, router, isAdded);
                if (name.EndsWith('.'))
                {
                    NoteHost(name[..^1], router, isAdded);
                }
            }
        }

        void NoteHost(string name, HttpRouterModel router, bool isAdded)
        {
            var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
            var map = wildcard ? wildcards : hosts;
            var key = (wildcard ? name[1..] : name).ToLowerInvariant();
            if (!map.TryGetValue(key, out var changes))
            {
                map.Add(key, changes = new());
            }

            changes.Note(router, isAdded);
        }
    }

    /// <summary>The router for a request, or null. Allocates nothing beyond what the rules' own values need.</summary>
    /// <param name="request">The request.</param>
    /// <param name="namedHostsOnly">True: routers that can match any host are left out.</param>
    public HttpRouterModel? Match(HttpRequestView request, bool namedHostsOnly = false)
    {
        var lists = default(RouterLists);
        if (_hosts.Count + _wildcards.Count > 0 && request.CanonicalHost is { Length: > 0 } host)
        {
            Collect(host, request, ref lists);
            if (host[^1] == '.')
            {
                Collect(host.AsSpan(0, host.Length - 1), request, ref lists);
            }
        }

        if (!namedHostsOnly && _anyHost.All.Length > 0)
        {
            lists.Add(_anyHost, request);
        }

        return lists.Match(request);
    }

    private void Collect(ReadOnlySpan<char> host, HttpRequestView request, ref RouterLists lists)
    {
        if (_hosts.Count > 0 && _hosts.Find(host) is { } exact)
        {
            lists.Add(exact, request);
        }

        var dot = host.IndexOf('.');
        if (dot >= 0 && _wildcards.Count > 0 && _wildcards.Find(host[dot..]) is { } wildcard)
        {
            lists.Add(wildcard, request);
        }
    }
}
