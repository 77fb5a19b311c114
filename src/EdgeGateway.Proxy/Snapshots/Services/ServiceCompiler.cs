using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Composite;
using EdgeGateway.Proxy.Snapshots.Middlewares;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>
/// Knows every service. A change of servers alone goes straight to the live state (design decision 10) and keeps the entry. A service
/// that refers to others is made anew when one of them is another (<see cref="ServiceLinker"/>).
/// </summary>
internal sealed class ServiceCompiler
{
    private readonly ServiceFactory _factory;
    private readonly TransportCompiler _transports;
    private readonly IReadOnlyDictionary<string, HttpServiceModel?> _internalServices;
    private readonly ServiceLinker _linker;
    private readonly List<QualifiedName> _gone = [];
    private readonly List<(string Service, string Text, string Code)> _complaints = [];
    private readonly CompiledElements<HttpServiceConfig, ServiceEntry> _elements = new(static configuration => configuration.Http.Services);
    private readonly ReferenceHints _hints = new();

    public ServiceCompiler(
        ServiceFactory factory, TransportCompiler transports, MiddlewareCompiler middlewares, CompositeFactory composites,
        IReadOnlyDictionary<string, HttpServiceModel?> internalServices)
    {
        _factory = factory;
        _transports = transports;
        _internalServices = internalServices;
        _linker = new(this, middlewares, composites);
    }

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="transportsChanged">False when every service has the transport that it had.</param>
    /// <param name="middlewaresChanged">False when no middleware came, went or was replaced.</param>
    /// <returns>True when an entry came, went or was replaced.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages, bool transportsChanged, bool middlewaresChanged)
    {
        _hints.Begin();
        var changes = _elements.Update(
            messages,
            (provider, name, config, before) =>
                before?.Model is not null && HasItsTransport(before) && WithoutServers(before.Config).Equals(WithoutServers(config))
                    ? Refresh(before, config)
                    : Make(new(name, provider), config, before),
            transportsChanged ? HasItsTransport : null);
        Note(changes);
        if (changes.IsEmpty && !middlewaresChanged)
        {
            return false;
        }

        if (_linker.Stale() is { Count: > 0 } stale)
        {
            var more = _elements.Update(
                messages,
                (provider, name, config, before) => Make(new(name, provider), config, before),
                entry => !stale.Contains(entry));
            Note(more);
            changes.Added.AddRange(more.Added);
        }

        _linker.Link();
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
                _factory.Release(name.ToString());
            }
        }

        _gone.Clear();
        _factory.Trim();
    }

    /// <summary>Servers that were left out since the last call, with the name of their service.</summary>
    public (string Service, string Text, string Code)[] TakeComplaints()
    {
        (string, string, string)[] complaints = [.. _complaints];
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
                    error is null ? warnings : [error])
                {
                    State = (Unwrapped(part.Entries[i].Model) as LoadBalancedService)?.State,
                };
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
            entry.Warnings = Note(entry.Name, entry.Warnings, _factory.UpdateServers(entry.Name.ToString(), loadBalancer.Servers));
        }

        entry.Config = config;
        return entry;
    }

    private void Note(CompiledElements<HttpServiceConfig, ServiceEntry>.Changes changes)
    {
        foreach (var entry in changes.Removed)
        {
            entry.IsReplaced = true;
            _gone.Add(entry.Name);
        }

        _linker.Note(changes);
    }

    private ServiceEntry Make(QualifiedName name, HttpServiceConfig config, ServiceEntry? before)
    {
        if (name.Provider == InternalConfiguration.Provider)
        {
            var model = _internalServices.GetValueOrDefault(name.Name);
            return new() { Name = name, Config = config, Model = model, Error = model is null ? $"{name.Name} is not enabled" : null };
        }

        if (TransportOf(name.Provider, config, out var error) is not { } transport)
        {
            return new() { Name = name, Config = config, Model = null, Error = error };
        }

        if (ServiceFactory.TypeFault(name.ToString(), config) is { } fault)
        {
            return new() { Name = name, Config = config, Model = null, Error = fault, Transport = transport };
        }

        HttpServiceModel? made = null;
        IReadOnlyList<ServerProblem> problems = [];
        return config.LoadBalancer is { } loadBalancer && !_factory.TryCreate(name.ToString(), loadBalancer, transport, out made, out problems, out error)
            ? new() { Name = name, Config = config, Model = null, Error = error, Transport = transport }
            : new()
            {
                Name = name,
                Config = config,
                Model = made,
                Error = null,
                Transport = transport,
                Warnings = Note(name, [], problems),
                Links = config.LoadBalancer is null || config.Middlewares.Count > 0 ? new(Unwrapped(before?.Model)) : null,
            };
    }

    private ConfigList<string> Note(QualifiedName name, ConfigList<string> before, IReadOnlyList<ServerProblem> problems)
    {
        if (problems.Count == 0)
        {
            return ConfigList<string>.Empty;
        }

        var texts = problems.Select(static p => p.Text).ToConfigList();
        _complaints.AddRange(problems.DistinctBy(static p => p.Text).Where(p => !before.Contains(p.Text)).Select(p => (name.ToString(), p.Text, p.Code)));
        return texts;
    }

    private static HttpServiceModel? Unwrapped(HttpServiceModel? model) => model is ServiceWithMiddlewares chain ? chain.Inner : model;

    private bool HasItsTransport(ServiceEntry entry) => ReferenceEquals(TransportOf(entry.Name.Provider, entry.Config, out _), entry.Transport);

    private UpstreamTransport? TransportOf(string provider, HttpServiceConfig config, out string? error)
    {
        error = null;
        return provider == InternalConfiguration.Provider ? null : _transports.Find(config.LoadBalancer?.ServersTransport, provider, out error);
    }
}
