using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>
/// Knows every TCP or every UDP service. A change of servers alone goes straight to the live state (design decision 10) and keeps the
/// entry; a weighted service is made anew when one of its members was.
/// </summary>
internal abstract class Layer4ServiceCompiler<TConfig, TModel>(Layer4StateStore states)
    where TConfig : class
    where TModel : class
{
    private readonly ReferenceHints _hints = new();
    private Dictionary<QualifiedName, TConfig> _configs = [];
    private Dictionary<QualifiedName, Layer4ServiceEntry<TConfig, TModel>> _before = [];
    private Dictionary<QualifiedName, Layer4ServiceEntry<TConfig, TModel>> _entries = [];

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        _configs = [];
        foreach (var message in messages)
        {
            foreach (var (name, config) in ServicesOf(message.Configuration).AsSpan())
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
        Keep(names.Contains);
    }

    /// <summary>A hint for a reference that is known to nobody.</summary>
    public string DidYouMean(QualifiedName name) => _hints.For(name, _entries.Keys);

    /// <summary>The service of that name, or null.</summary>
    public Layer4ServiceEntry<TConfig, TModel>? Find(QualifiedName name) => _entries.GetValueOrDefault(name);

    /// <summary>All services.</summary>
    protected IReadOnlyDictionary<QualifiedName, Layer4ServiceEntry<TConfig, TModel>> Entries => _entries;

    /// <summary>The live state of a load balancer.</summary>
    protected Layer4ServiceState StateOf(QualifiedName name) => states.GetOrCreate(name.ToString());

    /// <summary>What the API calls the kind of service; null when it has none.</summary>
    protected string? TypeOf(TConfig config) => KindOf(config) switch
    {
        { IsLoadBalancer: true } => "loadbalancer",
        { Weighted: not null } => "weighted",
        _ => null,
    };

    /// <summary>A service that serves nothing, with the reason.</summary>
    protected static Layer4ServiceEntry<TConfig, TModel> Broken(TConfig config, string error) => new() { Config = config, Model = null, Error = error };

    /// <summary>The services of a message.</summary>
    protected abstract ConfigMap<TConfig> ServicesOf(DynamicConfiguration configuration);

    /// <summary>What stands in a service.</summary>
    protected abstract (bool IsLoadBalancer, ConfigList<WeightedServiceConfig>? Weighted) KindOf(TConfig config);

    /// <summary>Compiles a load balancer, or gives <paramref name="before"/> when it still holds.</summary>
    protected abstract Layer4ServiceEntry<TConfig, TModel> LoadBalancer(QualifiedName name, TConfig config, Layer4ServiceEntry<TConfig, TModel>? before);

    /// <summary>The model of a weighted service.</summary>
    protected abstract TModel Weighted(string name, (TModel Service, long Weight)[] members);

    /// <summary>Services whose name is none of these are gone.</summary>
    protected virtual void Keep(Func<string, bool> isKept) => states.Keep(isKept);

    private Layer4ServiceEntry<TConfig, TModel>? Resolve(QualifiedName name, List<QualifiedName> open)
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
        var entry = KindOf(config) switch
        {
            { IsLoadBalancer: true, Weighted: not null } => Broken(
                config, "cannot create service: multi-types service not supported, consider declaring two different pieces of service instead"),
            { IsLoadBalancer: true } => LoadBalancer(name, config, before),
            { Weighted: { } weighted } => Weighted(name, config, weighted, before, open),
            _ => Broken(config, $"the service \"{name}\" does not have any type defined"),
        };
        open.RemoveAt(open.Count - 1);
        return _entries[name] = entry;
    }

    private Layer4ServiceEntry<TConfig, TModel> Weighted(
        QualifiedName name, TConfig config, ConfigList<WeightedServiceConfig> weighted, Layer4ServiceEntry<TConfig, TModel>? before, List<QualifiedName> open)
    {
        var members = new (QualifiedName Name, Layer4ServiceEntry<TConfig, TModel>? Entry)[weighted.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var member = QualifiedName.Resolve(weighted[i].Name ?? "", name.Provider);
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
            Model = error is not null ? null : Weighted(name.ToString(), [.. members.Select((m, i) => (m.Entry!.Model!, weighted[i].Weight ?? 1))]),
            Error = error,
            Members = members,
        };
    }
}
