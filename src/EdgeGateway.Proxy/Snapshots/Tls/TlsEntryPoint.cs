using System.Collections.Immutable;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>
/// The hosts of one entry point that has routers with TLS options of their own, and what each host gets. A change costs what it touches:
/// <list type="number">
/// <item>routers are noted with their hosts;</item>
/// <item>of each touched host it is decided whether its routers agree;</item>
/// <item>a router with options falls back to the default when any of its hosts is in dispute, or when it has none; so its other hosts
/// are looked at as well.</item>
/// </list>
/// Not thread-safe; lives as long as somebody uses options there.
/// </summary>
internal sealed class TlsEntryPoint(string name)
{
    private readonly Dictionary<string, List<string>> _defaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<TlsUse>> _uses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ConfigurationProblem> _disputed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ConfigurationProblem> _homeless = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _fallen = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>False when nobody uses options of their own there any more.</summary>
    public bool IsUsed => _uses.Count + _homeless.Count > 0;

    /// <summary>Hosts whose routers do not agree, then routers without host.</summary>
    public IEnumerable<ConfigurationProblem> Problems => _disputed.Values.Concat(_homeless.Values);

    /// <summary>Takes up a change.</summary>
    /// <returns>The options of the hosts, and the routers whose own options are not applied.</returns>
    public (TlsHostTable Hosts, ImmutableHashSet<string> Fallen) Update(TlsChange change, TlsHostTable before, TlsOptionsEntry otherwise)
    {
        // Step 1.
        var touched = new HashSet<string>(StringComparer.Ordinal);
        var fallen = _fallen.ToBuilder();
        foreach (var (host, router) in change.Removed.SelectMany(static router => router.Rule.Domains.Select(host => (host, router.Name))))
        {
            Drop(_defaults, host, router);
            touched.Add(host);
        }

        foreach (var use in change.RemovedUses)
        {
            _homeless.Remove(use.Router);
            fallen.Remove(use.Router);
            foreach (var host in use.Hosts)
            {
                Drop(_uses, host, use);
                touched.Add(host);
            }
        }

        foreach (var (host, router) in change.Added.SelectMany(static router => router.Rule.Domains.Select(host => (host, router.Name))))
        {
            Put(_defaults, host, router);
            touched.Add(host);
        }

        foreach (var use in change.AddedUses)
        {
            if (use.Hosts.Count == 0)
            {
                fallen.Add(use.Router);
                _homeless[use.Router] = Problem($"router {use.Router}", $"no domain in its rule: the TLS options {use.Options} cannot be applied, it gets the default options");
            }

            foreach (var host in use.Hosts)
            {
                Put(_uses, host, use);
                touched.Add(host);
            }
        }

        // Step 2.
        foreach (var host in touched)
        {
            Judge(host);
        }

        // Step 3.
        var hosts = new HashSet<string>(touched, StringComparer.Ordinal);
        foreach (var use in touched.SelectMany(host => _uses.GetValueOrDefault(host) ?? []).ToHashSet())
        {
            if (use.Hosts.Any(_disputed.ContainsKey) ? fallen.Add(use.Router) : fallen.Remove(use.Router))
            {
                hosts.UnionWith(use.Hosts);
            }
        }

        _fallen = fallen.ToImmutable();
        return (before.With(hosts.Select(host => KeyValuePair.Create(host, Entry(host))), otherwise), _fallen);
    }

    private void Judge(string host)
    {
        _disputed.Remove(host);
        if (_uses.GetValueOrDefault(host) is not { } uses)
        {
            return;
        }

        var defaults = _defaults.GetValueOrDefault(host) ?? [];
        if (defaults.Count > 0 || uses.Exists(use => use.Options != uses[0].Options))
        {
            var routers = uses.Select(static use => use.Router).Concat(defaults).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            _disputed[host] = Problem($"host {host}", $"its routers want different TLS options: {string.Join(", ", routers)}; all of them get the default options");
        }
    }

    // An unknown set closes the connections of its hosts, as a broken one does.
    private TlsOptionsEntry? Entry(string host) => _uses.GetValueOrDefault(host)?.Find(use => !_fallen.Contains(use.Router)) is { } use
        ? use.Entry ?? new TlsOptionsEntry(use.Options, new(), null, "unknown TLS options")
        : null;

    private static void Put<T>(Dictionary<string, List<T>> map, string host, T value)
    {
        if (!map.TryGetValue(host, out var list))
        {
            map.Add(host, list = new(1));
        }

        list.Add(value);
    }

    private static void Drop<T>(Dictionary<string, List<T>> map, string host, T value)
    {
        if (map.TryGetValue(host, out var list) && list.Remove(value) && list.Count == 0)
        {
            map.Remove(host);
        }
    }

    private ConfigurationProblem Problem(string subject, string text) =>
        new("EG-TLS-CONFLICT", ProblemSeverity.Warning, new($"entry point {name}, {subject}"), text);
}
