using System.Collections.Frozen;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>The routing of each entry point, changed only where its routers changed.</summary>
internal sealed class RoutingTables(IReadOnlyDictionary<string, int> ports)
{
    private FrozenDictionary<string, EntryPointRouting> _routings = ports.ToFrozenDictionary(
        static e => e.Key, static e => new EntryPointRouting { Name = e.Key, Port = e.Value }, StringComparer.Ordinal);

    /// <summary>The routing of every entry point after a change of routers.</summary>
    public FrozenDictionary<string, EntryPointRouting> Update(IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added)
    {
        var changes = new Dictionary<string, (List<HttpRouterModel> Removed, List<HttpRouterModel> Added)>(StringComparer.Ordinal);
        foreach (var (entryPoint, model) in removed.SelectMany(static router => router.Models))
        {
            Of(entryPoint).Removed.Add(model);
        }

        foreach (var (entryPoint, model) in added.SelectMany(static router => router.Models))
        {
            Of(entryPoint).Added.Add(model);
        }

        if (changes.Count > 0)
        {
            _routings = _routings.ToFrozenDictionary(
                static e => e.Key,
                e => changes.TryGetValue(e.Key, out var change) ? e.Value.With(change.Removed, change.Added) : e.Value,
                StringComparer.Ordinal);
        }

        return _routings;

        (List<HttpRouterModel> Removed, List<HttpRouterModel> Added) Of(string entryPoint)
        {
            if (!changes.TryGetValue(entryPoint, out var change))
            {
                changes.Add(entryPoint, change = ([], []));
            }

            return change;
        }
    }
}
