using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// Which TLS options the hosts of an entry point get (dynamic-config §6.3). Options belong to hosts: where routers of one host want
/// different ones, all of them get the default; so does a router without host. Only entry points with options of their own are looked at.
/// </summary>
internal sealed class TlsAssignments(TlsOptionsCompiler tlsOptions)
{
    private readonly Dictionary<string, List<TlsUse>> _uses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ConfigurationProblem[]> _problems = new(StringComparer.Ordinal);

    /// <summary>Hosts whose routers do not agree, and routers without host.</summary>
    public ConfigList<ConfigurationProblem> Problems { get; private set; } = ConfigList<ConfigurationProblem>.Empty;

    /// <summary>Puts the options of every entry point in force that a change may have touched.</summary>
    public FrozenDictionary<string, EntryPointRouting> Apply(
        FrozenDictionary<string, EntryPointRouting> routings, IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added,
        IEnumerable<string> changed, bool tlsOptionsChanged)
    {
        var touched = new HashSet<string>(changed.Where(_uses.ContainsKey), StringComparer.Ordinal);
        foreach (var use in removed.SelectMany(static router => router.TlsUses))
        {
            _uses[use.EntryPoint].Remove(use);
            touched.Add(use.EntryPoint);
        }

        foreach (var use in added.SelectMany(static router => router.TlsUses))
        {
            if (!_uses.TryGetValue(use.EntryPoint, out var list))
            {
                _uses[use.EntryPoint] = list = [];
            }

            list.Add(use);
            touched.Add(use.EntryPoint);
        }

        if (tlsOptionsChanged)
        {
            touched.UnionWith(routings.Keys);
        }

        if (touched.Count == 0)
        {
            return routings;
        }

        var now = routings.ToFrozenDictionary(
            static e => e.Key, e => touched.Contains(e.Key) ? Assign(e.Value) : e.Value, StringComparer.Ordinal);
        Problems = _problems.Values.SelectMany(static p => p).ToConfigList();
        return now;
    }

    private EntryPointRouting Assign(EntryPointRouting routing)
    {
        _problems.Remove(routing.Name);
        var otherwise = tlsOptions.Default;
        var uses = _uses.GetValueOrDefault(routing.Name) ?? [];
        if (uses.Count == 0)
        {
            return routing.With(
                ReferenceEquals(otherwise, TlsOptionsEntry.BuiltIn) ? TlsHostTable.Empty : new TlsHostTable([], otherwise), FrozenSet<string>.Empty);
        }

        var wanted = uses.SelectMany(static use => use.Hosts.Select(host => (Host: host, use.Options, use.Router)))
            .Concat(routing.Tls.Routers.Where(static router => router.TlsOptions == TlsOptionsModel.DefaultName)
                .SelectMany(static router => router.Rule.Domains.Select(host => (Host: host, Options: TlsOptionsModel.DefaultName, Router: router.Name))))
            .ToLookup(static claim => claim.Host, StringComparer.Ordinal);
        var disputed = wanted.Where(static host => host.Select(static claim => claim.Options).Distinct(StringComparer.Ordinal).Skip(1).Any())
            .ToDictionary(static host => host.Key, static host => host.Select(static claim => claim.Router).Distinct().Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        var fallen = uses.Where(use => use.Hosts.Count == 0 || use.Hosts.Any(disputed.ContainsKey)).ToHashSet();
        _problems[routing.Name] =
        [
            .. disputed.OrderBy(static host => host.Key, StringComparer.Ordinal).Select(host => Problem(
                routing.Name, $"host {host.Key}", $"its routers want different TLS options: {string.Join(", ", host.Value)}; all of them get the default options")),
            .. fallen.Where(static use => use.Hosts.Count == 0).Select(use => Problem(
                routing.Name, $"router {use.Router}", $"no domain in its rule: the TLS options {use.Options} cannot be applied, it gets the default options")),
        ];

        // An unknown set closes the connections of its hosts, as a broken one does.
        var hosts = uses.Where(use => !fallen.Contains(use)).SelectMany(static use => use.Hosts.Select(host => KeyValuePair.Create(
                host, use.Entry ?? new TlsOptionsEntry(use.Options, new(), null, "unknown TLS options"))))
            .DistinctBy(static pair => pair.Key, StringComparer.Ordinal);
        return routing.With(new TlsHostTable(hosts, otherwise), fallen.Select(static use => use.Router).ToFrozenSet(StringComparer.Ordinal));
    }

    private static ConfigurationProblem Problem(string entryPoint, string subject, string text) =>
        new("EG-TLS-CONFLICT", ProblemSeverity.Warning, new($"entry point {entryPoint}, {subject}"), text);
}
