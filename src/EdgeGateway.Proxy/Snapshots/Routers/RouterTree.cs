using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>
/// Which routers stand below which (<c>parentRefs</c>, dynamic-config §6.7). A router that is below itself is cut off there; one that no
/// router without parents leads to is at fault. The texts are Traefik's.
/// </summary>
internal sealed class RouterTree
{
    /// <summary>Routers below each other at most: each layer of a request takes a part of its thread's stack.</summary>
    internal const int MaximumLayers = 32;

    private readonly (string Provider, ConfigMap<HttpRouterConfig> Routers)[] _madeOf;
    private readonly Dictionary<QualifiedName, HttpRouterConfig> _children = [];
    private readonly Dictionary<QualifiedName, List<QualifiedName>> _below = [];
    private readonly Dictionary<QualifiedName, List<RouterPlaceFault>> _faults = [];
    private readonly Dictionary<QualifiedName, int> _heights = [];
    private readonly List<QualifiedName> _reached = [];
    private readonly List<(QualifiedName Name, HttpRouterConfig Config, RouterPlace Place)> _bottomUp = [];

    private RouterTree(IReadOnlyList<ProviderMessage> messages) =>
        _madeOf = [.. messages.Select(static message => (message.Provider, message.Configuration.Http.Routers))];

    /// <summary>A tree without routers.</summary>
    public static RouterTree None { get; } = new([]);

    /// <summary>Every router that has parents or children; children before their parents.</summary>
    public IReadOnlyList<(QualifiedName Name, HttpRouterConfig Config, RouterPlace Place)> BottomUp => _bottomUp;

    /// <summary>The tree of what the providers say.</summary>
    /// <param name="around">What they say.</param>
    /// <param name="before">The last tree; given back when nothing is different.</param>
    public static RouterTree Of(RouterSurroundings around, RouterTree before)
    {
        var tree = new RouterTree(around.Messages);
        if (tree.IsMadeAs(before))
        {
            return before;
        }

        foreach (var (provider, routers) in tree._madeOf)
        {
            foreach (var (name, config) in routers.AsSpan())
            {
                if (config.ParentRefs.Count > 0)
                {
                    tree._children.Add(new(name, provider), config);
                }
            }
        }

        if (tree._children.Count > 0)
        {
            tree.Link(around);
            tree.Walk();
            tree.Place(around);
        }

        return tree;
    }

    // By reference: what did not change is the same object.
    private bool IsMadeAs(RouterTree other)
    {
        for (var i = 0; i < _madeOf.Length; i++)
        {
            if (i == other._madeOf.Length || !ReferenceEquals(_madeOf[i].Routers, other._madeOf[i].Routers) || _madeOf[i].Provider != other._madeOf[i].Provider)
            {
                return false;
            }
        }

        return _madeOf.Length == other._madeOf.Length;
    }

    private HttpRouterConfig? Find(QualifiedName name) =>
        Array.Find(_madeOf, source => source.Provider == name.Provider).Routers is { } routers && routers.TryGetValue(name.Name, out var config) ? config : null;

    private void Link(RouterSurroundings around)
    {
        foreach (var (name, config) in InOrder(_children))
        {
            foreach (var parent in Parents(name, config))
            {
                if (Find(parent) is null)
                {
                    Fault(name, new("EG-ROUTER-PARENT", "parentRefs", $"parent router \"{parent}\" does not exist{around.DidYouMeanRouter(parent)}"));
                }
                else if (!Below(parent).Contains(name))
                {
                    Below(parent).Add(name);
                }
            }

            // All of these belong to the router at the top, which took the request from its entry point.
            foreach (var (isThere, option, what) in ((bool, string, string)[])
                [
                    (config.Tls is not null, "tls", "TLS"), (config.Observability is not null, "observability", "Observability"),
                    (config.EntryPoints.Count > 0, "entryPoints", "Entrypoints"),
                ])
            {
                if (isThere)
                {
                    Fault(name, new("EG-ROUTER-CHILD", option, $"non-root router cannot have {what} configuration"));
                }
            }
        }
    }

    private void Walk()
    {
        var path = new List<QualifiedName>();
        foreach (var (root, _) in InOrder(_below))
        {
            if (!_children.ContainsKey(root))
            {
                Visit(root, path);
            }
        }
    }

    // Children first; false when the link to it is to be cut.
    private bool Visit(QualifiedName name, List<QualifiedName> path)
    {
        if (path.IndexOf(name) is var begin and >= 0)
        {
            Fault(path[^1], new(
                "EG-ROUTER-CYCLE", "parentRefs", $"cyclic reference detected in router tree: {string.Join(" -> ", path.Skip(begin).Append(name))}", IsWarning: true));
            return false;
        }

        if (_heights.ContainsKey(name))
        {
            return true;
        }

        if (path.Count == MaximumLayers)
        {
            Fault(name, TooDeep());
            _below.Remove(name);
            Reach(name, 1);
            return false;
        }

        path.Add(name);
        var height = 1;
        if (_below.TryGetValue(name, out var below))
        {
            below.RemoveAll(child => !Visit(child, path));
            height += below.Select(child => _heights[child]).DefaultIfEmpty().Max();
        }

        path.RemoveAt(path.Count - 1);
        if (height > MaximumLayers)
        {
            Fault(name, TooDeep());
            below!.Clear();
            height = 1;
        }

        Reach(name, height);
        return true;
    }

    // Called for children before their parents.
    private void Reach(QualifiedName name, int height)
    {
        _heights.Add(name, height);
        _reached.Add(name);
    }

    private void Place(RouterSurroundings around)
    {
        foreach (var name in _reached.Concat(_children.Keys.Where(name => !_heights.ContainsKey(name)).ToArray()))
        {
            var config = Find(name)!;
            var isChild = _children.ContainsKey(name);
            var isReachable = _heights.ContainsKey(name);
            var below = isReachable && _below.TryGetValue(name, out var found) ? found : [];
            if (!isReachable)
            {
                Fault(name, new("EG-ROUTER-PARENT", "parentRefs", "router is not reachable"));
            }
            else if (isChild && below.Count == 0 && string.IsNullOrEmpty(config.Service))
            {
                Fault(name, new("EG-ROUTER-SERVICE", "", "router has no service and no child routers"));
            }
            else if (below.Count > 0 && !string.IsNullOrEmpty(config.Service))
            {
                Fault(name, new(
                    "EG-ROUTER-SERVICE", "service", "router has both a service and is referenced as a parent by other routers; the service gets no requests", IsWarning: true));
            }

            var parents = Parents(name, config)
                .SelectMany(parent => Find(parent) is { } above
                    ? (above.ParentRefs.Count > 0 ? [parent.Name] : around.Made(parent.Name, above).Select(static made => made.Name)).Select(made => $"{made}@{parent.Provider}")
                    : [parent.ToString()]);
            _bottomUp.Add((name, config, new(
                isChild, isChild ? parents.ToConfigList() : ConfigList<string>.Empty, below.ToConfigList(),
                _faults.TryGetValue(name, out var faults) ? faults.ToConfigList() : ConfigList<RouterPlaceFault>.Empty)));
        }
    }

    private static RouterPlaceFault TooDeep() => new("EG-ROUTER-CHILD", "parentRefs", $"more than {MaximumLayers} routers stand below each other");

    private static IEnumerable<QualifiedName> Parents(QualifiedName child, HttpRouterConfig config) =>
        config.ParentRefs.Select(reference => QualifiedName.Resolve(reference, child.Provider));

    private static IEnumerable<KeyValuePair<QualifiedName, TValue>> InOrder<TValue>(Dictionary<QualifiedName, TValue> routers) =>
        routers.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal);

    private List<QualifiedName> Below(QualifiedName parent) => _below.TryGetValue(parent, out var children) ? children : _below[parent] = [];

    private void Fault(QualifiedName name, RouterPlaceFault fault) => (_faults.TryGetValue(name, out var faults) ? faults : _faults[name] = []).Add(fault);
}
