using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry.</summary>
internal sealed class ServiceCompiler(
    ServiceFactory factory, TransportCompiler transports, IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
{
    private readonly CompiledElements<HttpServiceConfig, ServiceEntry> _elements = new(static configuration => configuration.Http.Services);
    private readonly List<(string Service, string Text)> _complaints = [];
    private bool _isUnsettled;

    /// <summary>What is to be said of servers that were left out, since the last update.</summary>
    public IReadOnlyList<(string Service, string Text)> Complaints => _complaints;

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="transportsChanged">False when no servers transport came, went or was replaced since the last call.</param>
    /// <returns>True when an entry came, went or was replaced.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages, bool transportsChanged)
    {
        _complaints.Clear();
        var changes = _elements.Update(
            messages,
            (provider, name, config, before) =>
                before is not null && ReferenceEquals(before.Transport, TransportOf(config, provider, out _)) && WithoutServers(before.Config).Equals(WithoutServers(config))
                    ? Refresh(before, name, provider, config)
                    : Make(name, provider, config, before),
            transportsChanged ? entry => entry.Provider is null || ReferenceEquals(entry.Transport, TransportOf(entry.Config, entry.Provider, out _)) : null);
        foreach (var entry in changes.Removed)
        {
            entry.IsReplaced = true;
        }

        _isUnsettled |= changes.Removed.Count > 0;
        return !changes.IsEmpty;
    }

    /// <summary>Lets go of what services leave behind that no longer exist. After the swap: until then requests may still come to them.</summary>
    public void Settle()
    {
        if (_isUnsettled)
        {
            _isUnsettled = false;
            factory.Keep(Exists);
        }
    }

    /// <summary>The service of that name, or null.</summary>
    public ServiceEntry? Find(QualifiedName name) => _elements.Find(name);

    /// <summary>A hint when the same name exists at another provider.</summary>
    public string DidYouMean(QualifiedName name)
    {
        foreach (var part in _elements.Parts)
        {
            if (part.Provider != name.Provider && part.Source.ContainsKey(name.Name))
            {
                return $"; did you mean \"{name.Name}@{part.Provider}\"?";
            }
        }

        return "";
    }

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

    private ServiceEntry Refresh(ServiceEntry entry, string name, string provider, HttpServiceConfig config)
    {
        if (config.LoadBalancer is { } loadBalancer)
        {
            var warnings = Texts(factory.UpdateServers($"{name}@{provider}", loadBalancer.Servers));
            Complain(name, provider, warnings, entry.Warnings);
            entry.Warnings = warnings;
        }

        entry.Config = config;
        return entry;
    }

    private ServiceEntry Make(string name, string provider, HttpServiceConfig config, ServiceEntry? before)
    {
        var qualified = $"{name}@{provider}";
        if (provider == InternalConfiguration.Provider)
        {
            var model = internalServices.GetValueOrDefault(name);
            return new() { Config = config, Model = model, Error = model is null ? $"{name} is not enabled" : null };
        }

        if (TransportOf(config, provider, out var error) is not { } transport)
        {
            return new() { Provider = provider, Config = config, Model = null, Error = error };
        }

        if (!factory.TryCreate(qualified, config, transport, out var made, out var problems, out error))
        {
            return new() { Provider = provider, Config = config, Model = null, Error = error, Transport = transport };
        }

        var warnings = Texts(problems);
        Complain(name, provider, warnings, before?.Warnings ?? ConfigList<string>.Empty);
        return new() { Provider = provider, Config = config, Model = made, Error = null, Transport = transport, Warnings = warnings };
    }

    private void Complain(string name, string provider, ConfigList<string> now, ConfigList<string> before)
    {
        foreach (var text in now)
        {
            if (!before.Contains(text))
            {
                _complaints.Add(($"{name}@{provider}", text));
            }
        }
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
