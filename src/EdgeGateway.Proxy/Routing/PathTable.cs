using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Routers by the paths that their rules need. The keys stand in ordinal order, each with the longest other key that it begins with:
/// the last key not behind a path, or one above it, is the longest that the path begins with, and all others are above that one.
/// So one binary search finds every router that a path can reach. Immutable.
/// </summary>
internal sealed class PathTable
{
    public static readonly PathTable Empty = new([], []);

    private readonly string[] _keys;
    private readonly Node[] _nodes;
    private readonly int[] _parents;

    private PathTable(string[] keys, Node[] nodes)
    {
        _keys = keys;
        _nodes = nodes;
        _parents = Parents(keys);
    }

    /// <summary>Position of the longest key that the path begins with; −1 when there is none.</summary>
    public int Find(string path)
    {
        var (low, high) = (0, _keys.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(_keys[middle], path) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        var at = high;
        while (at >= 0 && !path.StartsWith(_keys[at], StringComparison.Ordinal))
        {
            at = _parents[at];
        }

        return at;
    }

    /// <summary>Position of the next shorter key; −1 when there is none.</summary>
    public int Shorter(int position) => _parents[position];

    /// <summary>Routers whose rule needs a path that begins with the key.</summary>
    public HttpRouterModel[] Prefixed(int position) => _nodes[position].Prefixed;

    /// <summary>Routers whose rule needs the key itself; none when the path is longer.</summary>
    public HttpRouterModel[] Exact(int position, string path) => _keys[position].Length == path.Length ? _nodes[position].Exact : [];

    /// <summary>The table after a change; routers without known paths do not belong here.</summary>
    public PathTable With(RouterChanges changes)
    {
        var touched = new SortedDictionary<string, (RouterChanges Prefixed, RouterChanges Exact)>(StringComparer.Ordinal);
        Collect(changes.Removed, isAdded: false);
        Collect(changes.Added, isAdded: true);

        var keys = new List<string>(_keys.Length + touched.Count);
        var nodes = new List<Node>(_keys.Length + touched.Count);
        var from = 0;
        foreach (var (key, (prefixed, exact)) in touched)
        {
            var at = Array.BinarySearch(_keys, key, StringComparer.Ordinal);
            var before = at < 0 ? ~at : at;
            keys.AddRange(_keys.AsSpan(from..before));
            nodes.AddRange(_nodes.AsSpan(from..before));
            from = at < 0 ? before : before + 1;

            var old = at < 0 ? new Node([], []) : _nodes[at];
            var now = new Node(
                RouterOrder.Apply(old.Prefixed, prefixed.Removed, prefixed.Added), RouterOrder.Apply(old.Exact, exact.Removed, exact.Added));
            if (now.Prefixed.Length + now.Exact.Length > 0)
            {
                keys.Add(key);
                nodes.Add(now);
            }
        }

        keys.AddRange(_keys.AsSpan(from));
        nodes.AddRange(_nodes.AsSpan(from));
        return keys.Count == 0 ? Empty : new([.. keys], [.. nodes]);

        void Collect(List<HttpRouterModel> routers, bool isAdded)
        {
            foreach (var router in routers)
            {
                foreach (var (path, isPrefix) in router.Rule.Paths ?? [])
                {
                    if (!touched.TryGetValue(path, out var change))
                    {
                        touched.Add(path, change = (new(), new()));
                    }

                    (isPrefix ? change.Prefixed : change.Exact).Note(router, isAdded);
                }
            }
        }
    }

    private static int[] Parents(string[] keys)
    {
        var parents = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            var parent = i - 1;
            while (parent >= 0 && !keys[i].StartsWith(keys[parent], StringComparison.Ordinal))
            {
                parent = parents[parent];
            }

            parents[i] = parent;
        }

        return parents;
    }

    private sealed record Node(HttpRouterModel[] Prefixed, HttpRouterModel[] Exact);
}
