using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>
/// Compiles the routers that stand below each other, children first: a parent is made of what its children became. A change costs the
/// routers on the way from it to the top.
/// </summary>
internal sealed class RouterLayers
{
    private RouterTree _tree = RouterTree.None;
    private Dictionary<QualifiedName, LayeredRouter> _routers = [];

    /// <summary>Children that get no requests, because none of their parents serves.</summary>
    public IReadOnlyList<IdleRouters> Idle { get; private set; } = [];

    /// <summary>What that router became; null when it has neither parents nor children.</summary>
    public LayeredRouter? Find(QualifiedName name) => _routers.GetValueOrDefault(name);

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="around">What they say, and all that routers refer to.</param>
    /// <param name="find">What a router was until now, alone or not.</param>
    /// <returns>Routers of before that must not stay.</returns>
    public HashSet<CompiledRouter> Update(RouterSurroundings around, Func<QualifiedName, CompiledRouter?> find)
    {
        var outdated = new HashSet<CompiledRouter>(ReferenceEqualityComparer.Instance);
        var now = RouterTree.Of(around, _tree);
        if (now.BottomUp.Count + _routers.Count == 0)
        {
            _tree = now;
            return outdated;
        }

        var before = _routers;
        _tree = now;
        _routers = new(now.BottomUp.Count);
        foreach (var (name, config, place) in now.BottomUp)
        {
            LayeredRouter[] children = [.. place.Children.Select(child => _routers[child])];
            var last = find(name);
            if (last is LayeredRouter same && same.Layer.Place.Equals(place) && same.Layer.Children.AsSpan().SequenceEqual(children) && same.Source.Equals(config) && around.IsCurrent(same))
            {
                _routers.Add(name, same);
                continue;
            }

            var layer = RouterLayer.Of(place, children, (last as LayeredRouter)?.Layer);
            _routers.Add(name, (LayeredRouter)new RouterCompilation(around, name, config, layer).Run());
            if (last is not null)
            {
                outdated.Add(last);
            }
        }

        outdated.UnionWith(before.Values.Where(router => !_routers.ContainsKey(router.Name)));
        Idle = FindIdle(around.Messages);
        return outdated;
    }

    private IdleRouters[] FindIdle(IReadOnlyList<ProviderMessage> messages)
    {
        var reached = new HashSet<QualifiedName>();
        foreach (var (name, _, _) in _tree.BottomUp.Reverse())
        {
            var router = _routers[name];
            if (router.Models.Length > 0 || (router.Child is not null && reached.Contains(name)))
            {
                reached.UnionWith(router.Layer.Place.Children);
            }
        }

        return
        [
            .. from router in _routers.Values
               where router.Child is not null && !reached.Contains(router.Name)
               let origin = messages.FirstOrDefault(message => message.Provider == router.Name.Provider)?.OriginOf?.Invoke("http.routers", router.Name.Name, "parentRefs")
               select new IdleRouters(
                   new(
                       "EG-ROUTER-PARENT", ProblemSeverity.Warning, new(origin?.Text ?? router.Name.ToString()),
                       $"router {router.Name} gets no requests: of its parents ({string.Join(", ", router.Layer.Place.ParentRefs)}) none serves"),
                   [router.Name.ToString()]),
        ];
    }
}
