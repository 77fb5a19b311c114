using System.Collections.Immutable;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Composite;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tcp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>A compiler with all its parts, as the host puts them together, for given entry points.</summary>
internal sealed class CompilerStage : IDisposable
{
    private readonly TransportPool _transports = new(new StaticConfiguration().ServersTransport);

    public CompilerStage(string[] entryPoints, string[] defaults, params EntryPointModel[] models)
        : this(entryPoints, defaults, new OwnEntryPoints(static () => []), models)
    {
    }

    public CompilerStage(string[] entryPoints, string[] defaults, OwnEntryPoints own, params EntryPointModel[] models)
        : this(entryPoints, defaults, own, NullLogger<SnapshotCompiler>.Instance, null, models)
    {
    }

    public CompilerStage(
        string[] entryPoints, string[] defaults, OwnEntryPoints own, ILogger<SnapshotCompiler> logger, IReadOnlyList<string>? resolvers,
        params EntryPointModel[] models)
    {
        var time = TimeProvider.System;
        var transports = new TransportCompiler(_transports);
        var tlsOptions = new TlsOptionsCompiler();
        var middlewares = new MiddlewareCompiler(new MiddlewareFactory(new MiddlewareStates()));
        var names = entryPoints.ToImmutableHashSet();
        Health = new HealthChecks(time, new Random(1), NullLogger<HealthChecks>.Instance);
        States = new ServiceStateStore(time, new Random(1), own);
        Compiler = new SnapshotCompiler(
            transports,
            tlsOptions,
            new ServiceCompiler(
                new ServiceFactory(States, Forwarding, Health, time), transports, middlewares, new CompositeFactory(time, new(), NullLogger<CompositeFactory>.Instance),
                new Dictionary<string, HttpServiceModel?> { ["noop"] = new NoopService() }),
            middlewares,
            new RouterCompiler(new RouterCompilerOptions(names, defaults.ToConfigList(), models.ToDictionary(static model => model.EntryPoint)) { Resolvers = resolvers }, tlsOptions),
            new RoutingTables(entryPoints.ToDictionary(static name => name, static _ => 80), tlsOptions),
            Layer4Compiler.Create(
                new RouterEntryPoints(names, defaults.ToConfigList()), new RouterEntryPoints(ImmutableHashSet<string>.Empty, ConfigList<string>.Empty), tlsOptions,
                new StaticConfiguration().TcpServersTransport, new TcpHealthChecks(time, NullLogger<TcpHealthChecks>.Instance), time, new Random(1)),
            logger);
    }

    public HttpForwarding Forwarding { get; } = new();

    public ServiceStateStore States { get; }

    public HealthChecks Health { get; }

    public SnapshotCompiler Compiler { get; }

    /// <summary>What the compiler says about these providers.</summary>
    public ConfigurationReport Report(params (string Provider, DynamicConfiguration Configuration)[] providers) =>
        Compiler.Compile([.. providers.Select(static p => new ProviderMessage(p.Provider, p.Configuration, ConfigList<ConfigurationProblem>.Empty))])
            .Report.Value;

    public void Dispose()
    {
        Health.Dispose();
        _transports.Dispose();
    }
}
