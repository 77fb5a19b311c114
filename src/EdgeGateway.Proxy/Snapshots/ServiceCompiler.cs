using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry.</summary>
internal sealed class ServiceCompiler(ServiceFactory factory, IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
{
    private readonly CompiledElements<HttpServiceConfig, ServiceEntry> _elements = new(static configuration => configuration.Http.Services);
    private readonly ReferenceHints _hints = new();

    /// <summary>Takes up what the providers say.</summary>
    /// <returns>True when an entry came, went or was replaced.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        var changes = _elements.Update(messages, (provider, name, config, before) =>
            before is not null && WithoutServers(before.Config).Equals(WithoutServers(config))
                ? Refresh(before, name, provider, config)
                : Make(name, provider, config));
        foreach (var entry in changes.Removed)
        {
            entry.IsReplaced = true;
        }

        return !changes.IsEmpty;
    }

    /// <summary>The service of that name, or null.</summary>
    public ServiceEntry? Find(QualifiedName name) => _elements.Find(name);

    /// <summary>A hint for a reference that is known to nobody.</summary>
    public string DidYouMean(QualifiedName name) => _hints.For(name, _elements.Parts);

    /// <summary>What is said about every service as it is now, put together when it is walked.</summary>
    public IEnumerable<ServiceReport> Reports() => Reports(_elements.Parts);

    private static IEnumerable<ServiceReport> Reports(IReadOnlyList<CompiledElements<HttpServiceConfig, ServiceEntry>.Part> parts)
    {
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Entries.Length; i++)
            {
                var (name, config) = part.Source.AsSpan()[i];
                var error = part.Entries[i].Error;
                yield return new ServiceReport(
                    $"{name}@{part.Provider}", part.Provider, config, KindOf(config),
                    error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
                    error is null ? ConfigList<string>.Empty : [error]);
            }
        }
    }

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
