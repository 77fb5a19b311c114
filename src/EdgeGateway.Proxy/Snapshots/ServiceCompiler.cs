using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry.</summary>
internal sealed class ServiceCompiler(ServiceFactory factory, IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
{
    private Dictionary<string, Dictionary<string, ServiceEntry>> _entries = new(StringComparer.Ordinal);

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        var next = new Dictionary<string, Dictionary<string, ServiceEntry>>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var before = _entries.GetValueOrDefault(message.Provider);
            var now = new Dictionary<string, ServiceEntry>(StringComparer.Ordinal);
            foreach (var (name, config) in message.Configuration.Http.Services.AsSpan())
            {
                var entry = before?.GetValueOrDefault(name);
                if (entry is null || !ReferenceEquals(entry.Config, config))
                {
                    entry = entry is not null && WithoutServers(entry.Config).Equals(WithoutServers(config))
                        ? Refresh(entry, name, message.Provider, config)
                        : Make(name, message.Provider, config);
                }

                now.Add(name, entry);
            }

            next.Add(message.Provider, now);
        }

        _entries = next;
    }

    /// <summary>The service of that name, or null.</summary>
    public ServiceEntry? Find(QualifiedName name) =>
        _entries.TryGetValue(name.Provider, out var ofProvider) && ofProvider.TryGetValue(name.Name, out var entry) ? entry : null;

    /// <summary>A hint when the same name exists at another provider.</summary>
    public string DidYouMean(QualifiedName name)
    {
        foreach (var (provider, services) in _entries)
        {
            if (provider != name.Provider && services.ContainsKey(name.Name))
            {
                return $"; did you mean \"{name.Name}@{provider}\"?";
            }
        }

        return "";
    }

    /// <summary>What is said about every service.</summary>
    public ServiceReport[] Reports() =>
    [
        .. _entries.SelectMany(static p => p.Value.Select(e => new ServiceReport(
            $"{e.Key}@{p.Key}", p.Key, e.Value.Config, KindOf(e.Value.Config),
            e.Value.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
            e.Value.Error is null ? ConfigList<string>.Empty : [e.Value.Error]))),
    ];

    // Lower-cased as in Traefik's API: loadbalancer, weighted, …; none for internal services.
    private static string? KindOf(HttpServiceConfig config) =>
        config.LoadBalancer is not null ? "loadbalancer"
        : HttpServiceConfig.Type.Present(config).FirstOrDefault(static name => name != "middlewares")?.ToLowerInvariant();

    private static HttpServiceConfig WithoutServers(HttpServiceConfig config) => config.LoadBalancer is null
        ? config
        : config with { LoadBalancer = config.LoadBalancer with { Servers = ConfigList<ServerConfig>.Empty } };

    private ServiceEntry Refresh(ServiceEntry entry, string name, string provider, HttpServiceConfig config)
    {
        if (config.LoadBalancer is { } loadBalancer)
        {
            factory.UpdateServers($"{name}@{provider}", loadBalancer.Servers);
        }

        entry.Config = config;
        return entry;
    }

    private ServiceEntry Make(string name, string provider, HttpServiceConfig config)
    {
        var qualified = $"{name}@{provider}";
        if (provider == InternalConfiguration.Provider)
        {
            var model = internalServices.GetValueOrDefault(name);
            return new() { Config = config, Model = model, Error = model is null ? $"{name} is not enabled" : null };
        }

        return factory.TryCreate(qualified, config, out var made, out var error)
            ? new() { Config = config, Model = made, Error = null }
            : new() { Config = config, Model = null, Error = error };
    }
}
