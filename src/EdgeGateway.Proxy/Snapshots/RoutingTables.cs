using System.Collections.Frozen;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>The routing of each entry point, made anew only where its routers changed.</summary>
internal sealed class RoutingTables(IReadOnlyDictionary<string, int> ports)
{
    private readonly Dictionary<string, (HttpRouterModel[] Routers, EntryPointRouting Routing)> _last = new(StringComparer.Ordinal);

    /// <summary>Builds the routing of every entry point.</summary>
    public FrozenDictionary<string, EntryPointRouting> Build(IEnumerable<(string EntryPoint, HttpRouterModel Model)> models)
    {
        var byEntryPoint = ports.Keys.ToDictionary(static e => e, static _ => new List<HttpRouterModel>(), StringComparer.Ordinal);
        foreach (var (entryPoint, model) in models)
        {
            byEntryPoint[entryPoint].Add(model);
        }

        foreach (var (entryPoint, routers) in byEntryPoint)
        {
            if (_last.TryGetValue(entryPoint, out var last) && Same(last.Routers, routers))
            {
                continue;
            }

            HttpRouterModel[] now = [.. routers];
            _last[entryPoint] = (now, EntryPointRouting.Build(entryPoint, now, ports[entryPoint]));
        }

        return _last.ToFrozenDictionary(static e => e.Key, static e => e.Value.Routing, StringComparer.Ordinal);
    }

    private static bool Same(HttpRouterModel[] last, List<HttpRouterModel> now)
    {
        if (last.Length != now.Count)
        {
            return false;
        }

        for (var i = 0; i < last.Length; i++)
        {
            if (!ReferenceEquals(last[i], now[i]))
            {
                return false;
            }
        }

        return true;
    }
}
