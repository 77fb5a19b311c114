using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>
/// Which TLS options the hosts of an entry point get (dynamic-config §6.3). Options belong to hosts: where routers of one host want
/// different ones, all of them get the default; so does a router without host. Only entry points with options of their own are looked at,
/// and of those the hosts that a change touches (<see cref="TlsEntryPoint"/>).
/// </summary>
internal sealed class TlsAssignments(TlsOptionsCompiler tlsOptions)
{
    private readonly SortedDictionary<string, TlsEntryPoint> _entryPoints = new(StringComparer.Ordinal);

    /// <summary>Hosts whose routers do not agree, and routers without host.</summary>
    public ConfigList<ConfigurationProblem> Problems { get; private set; } = ConfigList<ConfigurationProblem>.Empty;

    /// <summary>Puts the options of every entry point in force that a change may have touched.</summary>
    public FrozenDictionary<string, EntryPointRouting> Apply(
        FrozenDictionary<string, EntryPointRouting> routings, IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added,
        bool tlsOptionsChanged)
    {
        var changes = new Dictionary<string, TlsChange>(StringComparer.Ordinal);
        var begun = new HashSet<string>(StringComparer.Ordinal);
        foreach (var use in added.SelectMany(static router => router.TlsUses))
        {
            // The first options of an entry point: from now on the hosts of its other routers must be known.
            if (!_entryPoints.ContainsKey(use.EntryPoint) && begun.Add(use.EntryPoint))
            {
                _entryPoints.Add(use.EntryPoint, new(use.EntryPoint));
                Of(use.EntryPoint).Added.AddRange(routings[use.EntryPoint].Tls.Routers.Where(IsOfDefault));
            }
        }

        if (_entryPoints.Count > 0)
        {
            Note(removed, isAdded: false);
            Note(added, isAdded: true);
        }

        var touched = tlsOptionsChanged ? routings.Keys.ToHashSet(StringComparer.Ordinal) : changes.Keys.ToHashSet(StringComparer.Ordinal);
        if (touched.Count == 0)
        {
            return routings;
        }

        var now = routings.ToFrozenDictionary(
            static e => e.Key, e => touched.Contains(e.Key) ? Assign(e.Value, changes.GetValueOrDefault(e.Key)) : e.Value, StringComparer.Ordinal);
        Problems = _entryPoints.Values.SelectMany(static entryPoint => entryPoint.Problems).ToConfigList();
        return now;

        TlsChange Of(string entryPoint)
        {
            if (!changes.TryGetValue(entryPoint, out var change))
            {
                changes.Add(entryPoint, change = new());
            }

            return change;
        }

        void Note(IReadOnlyList<CompiledRouter> routers, bool isAdded)
        {
            foreach (var router in routers)
            {
                foreach (var use in router.TlsUses)
                {
                    var change = Of(use.EntryPoint);
                    (isAdded ? change.AddedUses : change.RemovedUses).Add(use);
                }

                foreach (var (entryPoint, model) in router.Models)
                {
                    if (model.IsTls && IsOfDefault(model) && _entryPoints.ContainsKey(entryPoint) && !begun.Contains(entryPoint))
                    {
                        var change = Of(entryPoint);
                        (isAdded ? change.Added : change.Removed).Add(model);
                    }
                }
            }
        }
    }

    private static bool IsOfDefault(HttpRouterModel router) => router.TlsOptions == TlsOptionsModel.DefaultName;

    private EntryPointRouting Assign(EntryPointRouting routing, TlsChange? change)
    {
        var otherwise = tlsOptions.Default;
        if (_entryPoints.TryGetValue(routing.Name, out var entryPoint))
        {
            var (hosts, withoutOwn) = entryPoint.Update(change ?? new(), routing.TlsHosts, otherwise);
            if (entryPoint.IsUsed)
            {
                return routing.With(hosts, withoutOwn);
            }

            _entryPoints.Remove(routing.Name);
        }

        return routing.With(ReferenceEquals(otherwise, TlsOptionsEntry.BuiltIn) ? TlsHostTable.Empty : new TlsHostTable([], otherwise), []);
    }
}
