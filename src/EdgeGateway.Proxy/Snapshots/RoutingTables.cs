using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Tls;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>The routing of each entry point, changed only where its routers changed.</summary>
internal sealed class RoutingTables(IReadOnlyDictionary<string, int> ports, TlsOptionsCompiler tlsOptions)
{
    private readonly TlsAssignments _tls = new(tlsOptions);

    private FrozenDictionary<string, EntryPointRouting> _routings = ports.ToFrozenDictionary(
        static e => e.Key, static e => new EntryPointRouting { Name = e.Key, Port = e.Value }, StringComparer.Ordinal);

    /// <summary>What is wrong with the TLS options of routers that share a host.</summary>
    public ConfigList<ConfigurationProblem> Problems => _tls.Problems;

    /// <summary>The routing of every entry point after a change of routers.</summary>
    /// <param name="removed">Routers that went.</param>
    /// <param name="added">Routers that came.</param>
    /// <param name="tlsOptionsChanged">False when every set of TLS options is what it was.</param>
    public FrozenDictionary<string, EntryPointRouting> Update(
        IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added, bool tlsOptionsChanged)
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

        return _routings = _tls.Apply(_routings, removed, added, tlsOptionsChanged);

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
