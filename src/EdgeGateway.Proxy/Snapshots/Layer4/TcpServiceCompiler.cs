using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>
/// Knows every TCP service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry;
/// a weighted service is made anew when one of its members was.
/// </summary>
internal sealed class TcpServiceCompiler(TcpTransportCompiler transports, Layer4StateStore states, TcpHealthChecks health, RelayLimits limits = default)
{
    private readonly ReferenceHints _hints = new();
    private Dictionary<QualifiedName, TcpServiceConfig> _configs = [];
    private Dictionary<QualifiedName, TcpServiceEntry> _before = [];
    private Dictionary<QualifiedName, TcpServiceEntry> _entries = [];

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        _configs = [];
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Tcp.Services.AsSpan())
            {
                _configs[new(name, message.Provider)] = config;
            }
        }

        (_before, _entries) = (_entries, []);
        foreach (var name in _configs.Keys)
        {
            Resolve(name, []);
        }

        _before = [];
        var names = _configs.Keys.Select(static n => n.ToString()).ToHashSet(StringComparer.Ordinal);
        states.Keep(names.Contains);
        health.Keep(names.Contains);
    }

    /// <summary>A hint for a reference that is known to nobody.</summary>
    public string DidYouMean(QualifiedName name) => _hints.For(name, _entries.Keys);

    /// <summary>The service of that name, or null.</summary>
    public TcpServiceEntry? Find(QualifiedName name) => _entries.GetValueOrDefault(name);

    /// <summary>What is said about every service.</summary>
    public TcpServiceReport[] Reports() => [.. _entries.Select(static e => new TcpServiceReport(
        e.Key.ToString(), e.Key.Provider, e.Value.Config,
        e.Value.Config.LoadBalancer is not null ? "loadbalancer" : e.Value.Config.Weighted is not null ? "weighted" : null,
        e.Value.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
        e.Value.Error is null ? ConfigList<string>.Empty : [e.Value.Error])
    {
        ServerStatus = e.Value.State is { } state
            ? () => [.. state.Servers.Select(static s => KeyValuePair.Create(s.Text, s.IsUp))]
            : static () => [],
    })];

    private TcpServiceEntry? Resolve(QualifiedName name, List<QualifiedName> open)
    {
        if (_entries.TryGetValue(name, out var done))
        {
            return done;
        }

        if (!_configs.TryGetValue(name, out var config))
        {
            return null;
        }

        if (open.Contains(name))
        {
            // Not kept under its name: the services that close the circle all get this error, others do not.
            return Broken(config, $"could not instantiate service {name}: recursion detected in {string.Join("->", open.Append(name))}");
        }

        open.Add(name);
        var before = _before.GetValueOrDefault(name);
        var entry = config switch
        {
            { LoadBalancer: not null, Weighted: not null } => Broken(
                config, "cannot create service: multi-types service not supported, consider declaring two different pieces of service instead"),
            { LoadBalancer: { } balancer } => LoadBalancer(name, config, balancer, before),
            { Weighted: { } weighted } => Weighted(name, config, weighted, before, open),
            _ => Broken(config, $"the service \"{name}\" does not have any type defined"),
        };
        open.RemoveAt(open.Count - 1);
        return _entries[name] = entry;
    }

    private TcpServiceEntry LoadBalancer(QualifiedName name, TcpServiceConfig config, TcpLoadBalancerConfig balancer, TcpServiceEntry? before)
    {
        var transport = transports.Find(balancer.ServersTransport, name.Provider, out var error);
        if (transport is null)
        {
            return Broken(config, error!);
        }

        if (balancer.ProxyProtocol is { Version: not (1 or 2) } proxy)
        {
            return Broken(config, $"unknown proxyProtocol version: {proxy.Version}");
        }

        var state = states.GetOrCreate(name.ToString());
        if (before is { Model: not null } && ReferenceEquals(before.Transport, transport) && WithoutServers(before.Config).Equals(WithoutServers(config)))
        {
            if (!ReferenceEquals(before.Config, config))
            {
                state.Update(Servers(balancer));
                before.Config = config;
            }

            return before;
        }

        // A server that cannot be used is left out; a service without any stays, its connections are closed (runtime-behaviour §4.4).
        var problems = state.Update(Servers(balancer));
        if (problems.Count > 0 && state.Servers.Count == 0)
        {
            return Broken(config, problems[0]);
        }

        health.Watch(state, balancer.HealthCheck);
        return new()
        {
            Config = config,
            Model = new TcpLoadBalancerModel(
                state, Own(transport, balancer), new(balancer.IdleTimeout ?? limits.Idle, balancer.SessionTimeout ?? limits.Session)),
            Error = null,
            State = state,
            Transport = transport,
        };
    }

    private TcpServiceEntry Weighted(
        QualifiedName name, TcpServiceConfig config, TcpWeightedConfig weighted, TcpServiceEntry? before, List<QualifiedName> open)
    {
        var members = new (QualifiedName Name, TcpServiceEntry? Entry)[weighted.Services.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var member = QualifiedName.Resolve(weighted.Services[i].Name ?? "", name.Provider);
            members[i] = (member, Resolve(member, open));
        }

        if (before is { Model: not null } && before.Config.Equals(config) && members.AsSpan().SequenceEqual(before.Members))
        {
            return before;
        }

        var error = members.Select(static m => m.Entry is null ? $"the service \"{m.Name}\" does not exist" : m.Entry.Error).FirstOrDefault(static e => e is not null);
        return new()
        {
            Config = config,
            Model = error is not null
                ? null
                : new TcpWeightedModel(name.ToString(), [.. members.Select((m, i) => (m.Entry!.Model!, weighted.Services[i].Weight ?? 1))]),
            Error = error,
            Members = members,
        };
    }

    /// <summary>What the deprecated options of the load balancer say where it names no transport (dynamic-config §5.5).</summary>
    private static TcpTransport Own(TcpTransport transport, TcpLoadBalancerConfig balancer)
    {
        var config = transport.Config;
        if (string.IsNullOrEmpty(balancer.ServersTransport) && balancer.TerminationDelay is { } delay)
        {
            config = config with { TerminationDelay = TimeSpan.FromMilliseconds(delay) };
        }

        if (balancer.ProxyProtocol is { } proxy)
        {
            config = config with { ProxyProtocol = proxy };
        }

        return ReferenceEquals(config, transport.Config) ? transport : transport.With(config);
    }

    private static IEnumerable<(string? Address, bool IsTls)> Servers(TcpLoadBalancerConfig balancer) =>
        balancer.Servers.Select(static server => (server.Address, server.Tls));

    private static TcpServiceConfig WithoutServers(TcpServiceConfig config) => config.LoadBalancer is null
        ? config
        : config with { LoadBalancer = config.LoadBalancer with { Servers = ConfigList<TcpServerConfig>.Empty } };

    private static TcpServiceEntry Broken(TcpServiceConfig config, string error) => new() { Config = config, Model = null, Error = error };
}
