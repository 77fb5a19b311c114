using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry.</summary>
internal sealed class ServiceCompiler(
    ServiceFactory factory, TransportCompiler transports, IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
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
                var transport = TransportOf(config, message.Provider, out _);
                if (entry is null || !ReferenceEquals(entry.Config, config) || !ReferenceEquals(entry.Transport, transport))
                {
                    entry = entry is not null && ReferenceEquals(entry.Transport, transport) && WithoutServers(entry.Config).Equals(WithoutServers(config))
                        ? Refresh(entry, name, message.Provider, config)
                        : Make(name, message.Provider, config);
                }

                now.Add(name, entry);
            }

            next.Add(message.Provider, now);
        }

        _entries = next;
    }

    /// <summary>Lets go of what services leave behind that no longer exist. After the swap: until then requests may still come to them.</summary>
    public void Settle() => factory.Keep(Exists);

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
            $"{e.Key}@{p.Key}", p.Key, e.Value.Config, e.Value.Config.LoadBalancer is null ? null : "loadbalancer",
            e.Value.Error is not null ? ElementStatus.Disabled : e.Value.Warnings.Count > 0 ? ElementStatus.Warning : ElementStatus.Enabled,
            e.Value.Error is null ? e.Value.Warnings : [e.Value.Error]))),
    ];

    private static HttpServiceConfig WithoutServers(HttpServiceConfig config) => config.LoadBalancer is null
        ? config
        : config with { LoadBalancer = config.LoadBalancer with { Servers = ConfigList<ServerConfig>.Empty } };

    private ServiceEntry Refresh(ServiceEntry entry, string name, string provider, HttpServiceConfig config)
    {
        if (config.LoadBalancer is { } loadBalancer)
        {
            entry.Warnings = Texts(factory.UpdateServers($"{name}@{provider}", loadBalancer.Servers));
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

        if (TransportOf(config, provider, out var error) is not { } transport)
        {
            return new() { Config = config, Model = null, Error = error };
        }

        return factory.TryCreate(qualified, config, transport, out var made, out var problems, out error)
            ? new() { Config = config, Model = made, Error = null, Transport = transport, Warnings = Texts(problems) }
            : new() { Config = config, Model = null, Error = error, Transport = transport };
    }

    private static ConfigList<string> Texts(IReadOnlyList<ServerProblem> problems) =>
        problems.Count == 0 ? ConfigList<string>.Empty : problems.Select(static p => p.Text).ToConfigList();

    private UpstreamTransport? TransportOf(HttpServiceConfig config, string provider, out string? error)
    {
        error = null;
        return provider == InternalConfiguration.Provider ? null : transports.Find(config.LoadBalancer?.ServersTransport, provider, out error);
    }

    private bool Exists(string qualified)
    {
        var at = qualified.LastIndexOf('@');
        return at >= 0 && Find(new(qualified[..at], qualified[(at + 1)..])) is not null;
    }
}
