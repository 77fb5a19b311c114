using System.Runtime.CompilerServices;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// The ordered lists in which a request's router may stand, walked together, first tried first. Lives on the stack: a match
/// allocates nothing.
/// </summary>
internal struct RouterLists
{
    // Exact and wildcard host, with and without the trailing dot, and any host.
    private const int MaximumSets = 5;

    private Slots _lists;
    private int _count;

    /// <summary>Adds the routers of a set that the request's path can reach.</summary>
    public void Add(RouterSet set, HttpRequestView request)
    {
        if (set.Paths is null || !TryAddByPath(set, request))
        {
            _lists[_count++] = set.All;
        }
    }

    /// <summary>The first router whose rule the request fulfils, or null.</summary>
    public readonly HttpRouterModel? Match(HttpRequestView request)
    {
        if (_count == 1)
        {
            return First(_lists[0], request);
        }

        ReadOnlySpan<HttpRouterModel[]> lists = _lists;
        lists = lists[.._count];
        Span<int> positions = stackalloc int[Slots.Length];
        positions[.._count].Clear();
        while (true)
        {
            var best = -1;
            HttpRouterModel? router = null;
            for (var i = 0; i < lists.Length; i++)
            {
                if (positions[i] < lists[i].Length
                    && (router is null || RouterOrder.Between(lists[i][positions[i]], router) < 0))
                {
                    best = i;
                    router = lists[i][positions[i]];
                }
            }

            if (router is null)
            {
                return null;
            }

            // A router that stands in two of the lists is tried twice at worst, in its place.
            if (router.Rule.Matches(request))
            {
                return router;
            }

            positions[best]++;
        }
    }

    private static HttpRouterModel? First(HttpRouterModel[] routers, HttpRequestView request)
    {
        foreach (var router in routers)
        {
            if (router.Rule.Matches(request))
            {
                return router;
            }
        }

        return null;
    }

    // False when so many prefixes lie above each other, or so many values of headers are looked for, that the lists have no room: then all routers of the set are walked.
    private bool TryAddByPath(RouterSet set, HttpRequestView request)
    {
        var path = request.RoutingPath;
        var before = _count;
        var paths = set.Paths!;
        if (set.Signs is { } signs ? !signs.TryAdd(request, ref this) : !TryAdd(set.Anywhere))
        {
            _count = before;
            return false;
        }

        for (var at = paths.Find(path); at >= 0; at = paths.Shorter(at))
        {
            if (!TryAdd(paths.Exact(at, path)) || !TryAdd(paths.Prefixed(at)))
            {
                _count = before;
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds a list; false when there is no room.</summary>
    internal bool TryAdd(HttpRouterModel[] list)
    {
        if (list.Length == 0)
        {
            return true;
        }

        if (_count == Slots.Length - MaximumSets)
        {
            return false;
        }

        _lists[_count++] = list;
        return true;
    }

    [InlineArray(Length)]
    private struct Slots
    {
        public const int Length = 20;
        private HttpRouterModel[] _first;
    }
}
