using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Knows every UDP service; as <see cref="TcpServiceCompiler"/>, without transports and checks.</summary>
internal sealed class UdpServiceCompiler(Layer4StateStore states)
{
    private readonly ReferenceHints _hints = new();
    private Dictionary<QualifiedName, UdpServiceConfig> _configs = [];
    private Dictionary<QualifiedName, UdpServiceEntry> _before = [];
    private Dictionary<QualifiedName, UdpServiceEntry> _entries = [];

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        _configs = [];
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Udp.Services.AsSpan())
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
    }

    /// <summary>A hint for a reference that is known to nobody.</summary>
    public string DidYouMean(QualifiedName name) => _hints.For(name, _entries.Keys);

    /// <summary>The service of that name, or null.</summary>
    public UdpServiceEntry? Find(QualifiedName name) => _entries.GetValueOrDefault(name);

    /// <summary>What is said about every service.</summary>
    public UdpServiceReport[] Reports() => [.. _entries.Select(static e => new UdpServiceReport(
        e.Key.ToString(), e.Key.Provider, e.Value.Config,
        e.Value.Config.LoadBalancer is not null ? "loadbalancer" : e.Value.Config.Weighted is not null ? "weighted" : null,
        e.Value.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
        e.Value.Error is null ? ConfigList<string>.Empty : [e.Value.Error]))];

    private UdpServiceEntry? Resolve(QualifiedName name, List<QualifiedName> open)
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

    private UdpServiceEntry LoadBalancer(QualifiedName name, UdpServiceConfig config, UdpLoadBalancerConfig balancer, UdpServiceEntry? before)
    {
        if (before is not null && ReferenceEquals(before.Config, config))
        {
            return before;
        }

        var state = states.GetOrCreate(name.ToString());
        var problems = state.Update(balancer.Servers.Select(static server => (server.Address, false)));
        if (problems.Count > 0 && state.Servers.Count == 0)
        {
            return Broken(config, problems[0]);
        }

        // A load balancer has nothing but its servers.
        if (before is { Model: UdpLoadBalancerModel })
        {
            before.Config = config;
            return before;
        }

        return new() { Config = config, Model = new UdpLoadBalancerModel(state), Error = null, State = state };
    }

    private UdpServiceEntry Weighted(
        QualifiedName name, UdpServiceConfig config, UdpWeightedConfig weighted, UdpServiceEntry? before, List<QualifiedName> open)
    {
        var members = new (QualifiedName Name, UdpServiceEntry? Entry)[weighted.Services.Count];
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
                : new UdpWeightedModel(name.ToString(), [.. members.Select((m, i) => (m.Entry!.Model!, weighted.Services[i].Weight ?? 1))]),
            Error = error,
            Members = members,
        };
    }

    private static UdpServiceEntry Broken(UdpServiceConfig config, string error) => new() { Config = config, Model = null, Error = error };
}
