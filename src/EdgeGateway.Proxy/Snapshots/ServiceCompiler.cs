using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry.</summary>
internal sealed class ServiceCompiler(
    ServiceFactory factory, TransportCompiler transports, IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
{
    private readonly List<QualifiedName> _gone = [];
    private readonly List<(string Service, string Text)> _complaints = [];
    private readonly CompiledElements<HttpServiceConfig, ServiceEntry> _elements = new(static configuration => configuration.Http.Services);
    private readonly ReferenceHints _hints = new();

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="transportsChanged">False when every service has the transport that it had.</param>
    /// <returns>True when an entry came, went or was replaced.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages, bool transportsChanged)
    {
        _hints.Begin();
        var changes = _elements.Update(
            messages,
            (provider, name, config, before) =>
                before?.Model is not null && HasItsTransport(before) && WithoutServers(before.Config).Equals(WithoutServers(config))
                    ? Refresh(before, config)
                    : Make(new(name, provider), config),
            transportsChanged ? HasItsTransport : null);
        foreach (var entry in changes.Removed)
        {
            entry.IsReplaced = true;
            _gone.Add(entry.Name);
        }

        return !changes.IsEmpty;
    }

    /// <summary>
    /// Lets go of what services leave behind that no longer exist. After the swap: until then requests may still come to them.
    /// </summary>
    public void Settle()
    {
        foreach (var name in _gone)
        {
            if (Find(name) is null)
            {
                factory.Release(name.ToString());
            }
        }

        _gone.Clear();
        factory.Trim();
    }

    /// <summary>Servers that were left out since the last call, with the name of their service.</summary>
    public (string Service, string Text)[] TakeComplaints()
    {
        (string, string)[] complaints = [.. _complaints];
        _complaints.Clear();
        return complaints;
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
                var (error, warnings) = (part.Entries[i].Error, part.Entries[i].Warnings);
                yield return new ServiceReport(
                    $"{name}@{part.Provider}", part.Provider, config, KindOf(config),
                    error is not null ? ElementStatus.Disabled : warnings.Count > 0 ? ElementStatus.Warning : ElementStatus.Enabled,
                    error is null ? warnings : [error]);
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

    private ServiceEntry Refresh(ServiceEntry entry, HttpServiceConfig config)
    {
        if (config.LoadBalancer is { } loadBalancer)
        {
            entry.Warnings = Note(entry.Name, entry.Warnings, factory.UpdateServers(entry.Name.ToString(), loadBalancer.Servers));
        }

        entry.Config = config;
        return entry;
    }

    private ServiceEntry Make(QualifiedName name, HttpServiceConfig config)
    {
        if (name.Provider == InternalConfiguration.Provider)
        {
            var model = internalServices.GetValueOrDefault(name.Name);
            return new() { Name = name, Config = config, Model = model, Error = model is null ? $"{name.Name} is not enabled" : null };
        }

        if (TransportOf(name.Provider, config, out var error) is not { } transport)
        {
            return new() { Name = name, Config = config, Model = null, Error = error };
        }

        return factory.TryCreate(name.ToString(), config, transport, out var made, out var problems, out error)
            ? new() { Name = name, Config = config, Model = made, Error = null, Transport = transport, Warnings = Note(name, [], problems) }
            : new() { Name = name, Config = config, Model = null, Error = error, Transport = transport };
    }

    private ConfigList<string> Note(QualifiedName name, ConfigList<string> before, IReadOnlyList<ServerProblem> problems)
    {
        if (problems.Count == 0)
        {
            return ConfigList<string>.Empty;
        }

        var texts = problems.Select(static p => p.Text).ToConfigList();
        _complaints.AddRange(texts.Except(before, StringComparer.Ordinal).Select(text => (name.ToString(), text)));
        return texts;
    }

    private bool HasItsTransport(ServiceEntry entry) => ReferenceEquals(TransportOf(entry.Name.Provider, entry.Config, out _), entry.Transport);

    private UpstreamTransport? TransportOf(string provider, HttpServiceConfig config, out string? error)
    {
        error = null;
        return provider == InternalConfiguration.Provider ? null : transports.Find(config.LoadBalancer?.ServersTransport, provider, out error);
    }
}
