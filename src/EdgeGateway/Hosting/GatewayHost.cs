using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeGateway.Commands;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Api;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Observability;
using EdgeGateway.Proxy.Observability.Metrics;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Routing;
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
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Files;
using EdgeGateway.Proxy.Udp;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Hosting;

/// <summary>
/// Puts the parts together and runs them:
/// <list type="number">
/// <item>all ports are bound at once; an error ends the start before anything was done;</item>
/// <item>the gateway's own routers are compiled, and the admin entry point listens at once;</item>
/// <item>providers and certificate keeper start;</item>
/// <item>the other entry points begin to accept when each provider has answered or failed, its answer is compiled, and the certificates
/// that it asks for are in hand or refused; after <see cref="EdgeConfig.StartTimeout"/> at the latest. Until then clients wait in the kernel's queue,
/// so that a restart answers neither 404 for a known route nor with a self-signed certificate for a known name;</item>
/// <item>on the signal <c>/ping</c> answers that the gateway ends, and all entry points drain side by side.</item>
/// </list>
/// </summary>
internal sealed partial class GatewayHost : IAsyncDisposable
{
    // More than timers can wait for is meant as "for ever".
    private static readonly TimeSpan LongestStart = TimeSpan.FromDays(40);

    // SIGUSR1 on Linux, which the enumeration has no name for: raw numbers are passed through.
    private const int UserSignal1 = 10;

    private readonly StaticConfiguration _configuration;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly BoundedLineWriter _logLines;
    private readonly TimeProvider _time;
    private readonly SnapshotHolder _snapshots = new();
    private readonly List<EntryPoint> _entryPoints = [];
    private readonly List<UdpEntryPoint> _udpEntryPoints = [];
    private readonly HttpForwarding _forwarding;
    private readonly CancellationTokenSource _ended = new();
    private AccessLogs? _accessLogs;
    private TransportPool? _transports;
    private PemFiles? _pemFiles;
    private TcpHealthChecks? _healthChecks;
    private HealthChecks? _httpHealthChecks;
    private CertificateSources? _certificates;

    public GatewayHost(StaticConfiguration configuration, ILoggerFactory loggers, BoundedLineWriter logLines, TimeProvider time)
    {
        _configuration = configuration;
        _loggers = loggers;
        _logger = loggers.CreateLogger<GatewayHost>();
        _logLines = logLines;
        _time = time;
        _forwarding = new HttpForwarding(time, configuration.Edge.Http1Forwarder == EdgeConfig.YarpForwarder);
    }

    /// <summary>Runs until cancelled; the exit code is 0, or 1 when the start failed.</summary>
    public async Task<int> RunAsync(CancellationToken end)
    {
        ConfigurationAggregator aggregator;
        IReadOnlyList<IConfigurationProvider> providers;
        PingService ping;
        try
        {
            // Step 1.
            (aggregator, providers, ping) = Compose();
            foreach (var entryPoint in _entryPoints)
            {
                entryPoint.Bind();
            }

            foreach (var entryPoint in _udpEntryPoints)
            {
                entryPoint.Bind();
            }
        }
        catch (Exception e) when (e is EntryPointBindException or FormatException or ConfigurationException or InvalidDataException)
        {
            LogStartFailed(_logger, e.Message);
            return 1;
        }

        // Traefik's signal for log rotation by others: the access log file is opened anew. Without a handler it would end the process.
        using var rotate = PosixSignalRegistration.Create((PosixSignal)UserSignal1, signal =>
        {
            signal.Cancel = true;
            _accessLogs?.Reopen();
        });

        // Step 2.
        var running = new List<Task> { Task.Run(() => aggregator.RunAsync(_ended.Token), CancellationToken.None) };
        aggregator.Publish(Internal());
        await aggregator.FlushAsync();
        foreach (var entryPoint in _entryPoints.Where(static e => e.Name == InternalConfiguration.AdminEntryPoint))
        {
            await entryPoint.StartAsync();
        }

        // Step 3.
        running.Add(Task.Run(() => _pemFiles!.RunAsync(aggregator.Refresh, _ended.Token), CancellationToken.None));
        _certificates?.Start();
        foreach (var provider in providers)
        {
            running.Add(Task.Run(() => provider.RunAsync(aggregator.Publish, _ended.Token), CancellationToken.None));
        }

        // Step 4.
        var patience = TimeSpan.FromTicks(Math.Clamp(_configuration.Edge.StartTimeout.Ticks, 0, LongestStart.Ticks));
        try
        {
            await ReadyAsync(aggregator, providers).WaitAsync(patience, _time, end);
        }
        catch (TimeoutException)
        {
            LogStartWithout(_logger, patience.TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        foreach (var entryPoint in _entryPoints.Where(static e => e.Name != InternalConfiguration.AdminEntryPoint))
        {
            await entryPoint.StartAsync();
        }

        foreach (var entryPoint in _udpEntryPoints)
        {
            entryPoint.Start();
        }

        foreach (var entryPoint in _entryPoints)
        {
            LogListening(_logger, entryPoint.Name, entryPoint.LocalEndPoint!.ToString());
        }

        foreach (var entryPoint in _udpEntryPoints)
        {
            LogListening(_logger, entryPoint.Name, $"{entryPoint.LocalEndPoint}/udp");
        }

        LogStarted(_logger, VersionCommand.Version, string.Join(", ", providers.Select(static p => p.Name)));
        await WaitAsync(end);

        // Step 5.
        ping.Terminate();
        LogStopping(_logger);
        await Task.WhenAll(_entryPoints.Select(static e => e.StopAsync()).Concat(_udpEntryPoints.Select(static e => e.StopAsync())));
        await _ended.CancelAsync();
        foreach (var task in running)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        LogStopped(_logger);
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entryPoint in _entryPoints)
        {
            await entryPoint.DisposeAsync();
        }

        foreach (var entryPoint in _udpEntryPoints)
        {
            await entryPoint.DisposeAsync();
        }

        if (_certificates is not null)
        {
            await _certificates.DisposeAsync();
        }

        _transports?.Dispose();
        _healthChecks?.Dispose();
        _pemFiles?.Dispose();
        _httpHealthChecks?.Dispose();
        _accessLogs?.Close();
        _ended.Dispose();
    }

    private async Task ReadyAsync(ConfigurationAggregator aggregator, IReadOnlyList<IConfigurationProvider> providers)
    {
        await Task.WhenAll(providers.Select(static p => p.FirstAnswer));
        await aggregator.FlushAsync();
        if (_certificates is not null)
        {
            await _certificates.FirstRound;
        }
    }

    private (ConfigurationAggregator Aggregator, IReadOnlyList<IConfigurationProvider> Providers, PingService Ping) Compose()
    {
        var random = Random.Shared;
        var names = _configuration.EntryPoints;
        var serverName = Environment.MachineName is { Length: > 0 } machine ? machine : "localhost";

        var certificates = new CertificateStore(_time);
        _certificates = CertificateSources.Create(_configuration, certificates, _loggers, _time);
        _transports = new TransportPool(_configuration.ServersTransport);
        _pemFiles = new PemFiles(
            PemFiles.Named(_configuration.ServersTransport, _configuration.TcpServersTransport), _time, _loggers.CreateLogger<PemFiles>());
        var logs = _accessLogs = new AccessLogs(_configuration, _loggers.CreateLogger<AccessLogs>(), _time);
        var metrics = _configuration.Metrics.Prometheus is { } prometheus ? new RequestMetrics(prometheus, _time, _configuration.Metrics.AddInternals) : null;
        Action<GatewayContext>? completed = logs.Requests is { } requests ? requests.Log : null;
        if (metrics is not null)
        {
            completed += metrics.Count;
        }

        var handlerOptions = new GatewayHandlerOptions
        {
            Snapshots = _snapshots,
            ServerName = serverName,
            RedirectPlainToTls = _configuration.Edge.RedirectPlainToTls,
            NodeName = _configuration.Edge.RedirectShortName && _certificates is { } sources ? () => sources.NodeName : null,
            Completed = completed,
            KeepsOriginHeaders = logs.Requests?.KeepsOriginHeaders ?? false,
            Time = _time,
            Logger = _loggers.CreateLogger<GatewayHandler>(),
        };
        foreach (var (name, config) in names.Where(static e => !e.Value.IsUdp))
        {
            if (!EntryPointRequestModel.TryCreate(name, config, serverName, out var model, out var error))
            {
                throw new InvalidDataException($"error while building entryPoint {name}: {error}");
            }

            var handler = new GatewayHandler(model, handlerOptions);
            _entryPoints.Add(new EntryPoint(name, config, context => new ValueTask(handler.HandleAsync(context)), certificates, _loggers, _time, _snapshots)
            {
                AccessLog = logs.ConnectionsOf(name),
            });
        }

        foreach (var (name, config) in names.Where(static e => e.Value.IsUdp))
        {
            _udpEntryPoints.Add(new UdpEntryPoint(name, config, _snapshots, _loggers, _time)
            {
                AccessLog = logs.ConnectionsOf(name),
            });
        }

        var providers = ProviderComposition.Create(_configuration, _loggers, _time);
        var ping = new PingService(_configuration.Ping?.TerminatingStatusCode ?? 503);
        var compiler = Compiler(ping, random, logs.Requests is not null, certificates, metrics);
        var aggregator = new ConfigurationAggregator(
            compiler, _snapshots, _loggers.CreateLogger<ConfigurationAggregator>(), snapshot =>
            {
                metrics?.Applied();
                _certificates?.Want(snapshot);
            });
        return (aggregator, providers, ping);
    }

    private SnapshotCompiler Compiler(PingService ping, Random random, bool logsRequests, CertificateStore certificates, RequestMetrics? metrics)
    {
        var names = _configuration.EntryPoints;
        var api = _configuration.Api;
        var apiOptions = new ApiOptions
        {
            BasePath = api?.BasePath ?? "/",
            Dashboard = api?.Dashboard ?? true,
            DashboardName = api?.DashboardName,
            DisableDashboardAd = api?.DisableDashboardAd ?? false,
            Version = VersionCommand.Version,
            Started = _time.GetUtcNow(),
            EntryPoints = [.. names],
            // In the order of Traefik's list.
            Providers = [.. _configuration.Providers.File is null ? Array.Empty<string>() : ["File"], .. _configuration.Providers.Nomad is null ? Array.Empty<string>() : ["Nomad"]],
            AccessLog = logsRequests,
            Debug = api?.Debug ?? false,
            Metrics = metrics is null ? "" : "Prometheus",
            Certificates = () => certificates.Leaves,
            WriteStatic = writer => StaticConfiguration.Type.Write(writer, _configuration),
            Time = _time,
            WriteEdge = WriteEdge,
        };
        var internalServices = new Dictionary<string, HttpServiceModel?>(StringComparer.Ordinal)
        {
            ["noop"] = new NoopService(),
            ["ping"] = _configuration.Ping is null ? null : ping,
            ["prometheus"] = metrics is null
                ? null
                : new PrometheusService(metrics, text => GatewayGauges.Write(text, _entryPoints, certificates.Leaves, _httpHealthChecks?.Results() ?? []), _snapshots),
            ["api"] = api is null ? null : new ApiService(apiOptions, _snapshots),
            ["dashboard"] = api?.Dashboard == true ? new DashboardService(apiOptions, _snapshots) : null,
        };

        var tcpNames = names.Where(static e => !e.Value.IsUdp).Select(static e => e.Key).ToList();
        var defaults = names.Where(static e => e.Value.AsDefault && !e.Value.IsUdp).Select(static e => e.Key).ToList();
        var defaultEntryPoints = (defaults.Count > 0 ? defaults : tcpNames)
            .Where(static name => name != InternalConfiguration.AdminEntryPoint).ToConfigList();
        var models = names.Select(e => EntryPointModel.Of(e.Key, e.Value, _configuration.Core?.DefaultRuleSyntax)).OfType<EntryPointModel>()
            .ToDictionary(static m => m.EntryPoint, StringComparer.Ordinal);
        var own = new OwnEntryPoints(() => _entryPoints.Where(static e => e.LocalEndPoint is not null).Select(static e => (e.Name, e.LocalEndPoint!)));
        var transports = new TransportCompiler(_transports!);
        var tlsOptions = new TlsOptionsCompiler();
        var bodies = new BodyMemory();
        var middlewares = new MiddlewareCompiler(
            new MiddlewareFactory(new MiddlewareStates(), _time, _loggers.CreateLogger<MiddlewareFactory>()) { Bodies = bodies, Chance = random });
        _httpHealthChecks = new HealthChecks(_time, random, _loggers.CreateLogger<HealthChecks>());
        return new SnapshotCompiler(
            transports,
            tlsOptions,
            new ServiceCompiler(
                new ServiceFactory(new ServiceStateStore(_time, random, own), _forwarding, _httpHealthChecks, _time), transports, middlewares,
                new CompositeFactory(_time, bodies, _loggers.CreateLogger<CompositeFactory>()), internalServices),
            middlewares,
            new RouterCompiler(new RouterCompilerOptions(tcpNames.ToHashSet(StringComparer.Ordinal), defaultEntryPoints, models)
            {
                Resolvers = [.. _configuration.CertificatesResolvers.Keys],
                Precedence = [.. _configuration.Providers.Precedence],
            }, tlsOptions),
            new RoutingTables(
                _entryPoints.ToDictionary(static e => e.Name, e => EntryPointAddress.Parse(names[e.Name].Address).Port, StringComparer.Ordinal), tlsOptions),
            Layer4(tcpNames, defaultEntryPoints, tlsOptions, random),
            _loggers.CreateLogger<SnapshotCompiler>())
        {
            Certificates = new TlsCertificatesCompiler(certificates),
            Files = _pemFiles,
        };
    }

    private Layer4Compiler Layer4(
        IReadOnlyList<string> tcpNames, ConfigList<string> defaultEntryPoints, TlsOptionsCompiler tlsOptions, Random random)
    {
        var udpNames = _configuration.EntryPoints.Where(static e => e.Value.IsUdp).Select(static e => e.Key).ToConfigList();
        _healthChecks = new TcpHealthChecks(_time, _loggers.CreateLogger<TcpHealthChecks>());
        return Layer4Compiler.Create(
            new RouterEntryPoints(tcpNames.ToHashSet(StringComparer.Ordinal), defaultEntryPoints),
            new RouterEntryPoints(udpNames.ToHashSet(StringComparer.Ordinal), udpNames),
            tlsOptions, _configuration.TcpServersTransport, _healthChecks, _time, random,
            _configuration.Core?.DefaultRuleSyntax, new(_configuration.Edge.Tcp.IdleTimeout, _configuration.Edge.Tcp.SessionTimeout));
    }

    private ProviderMessage Internal() => InternalConfiguration.Build(new(
        [.. _configuration.EntryPoints.Where(static e => !e.Value.IsUdp)], _configuration.Api?.Insecure == true, _configuration.Api?.Dashboard == true, _configuration.Api?.Debug == true,
        _configuration.Ping is { ManualRouting: false } ping ? ping.EntryPoint ?? InternalConfiguration.AdminEntryPoint : null,
        _configuration.Metrics.Prometheus is { ManualRouting: false } metrics ? metrics.EntryPoint ?? InternalConfiguration.AdminEntryPoint : null));

    private void WriteEdge(Utf8JsonWriter writer)
    {
        writer.WriteNumber("allocatedBytes", GC.GetTotalAllocatedBytes());
        writer.WriteNumber("logLinesDropped", _logLines.Dropped);
        writer.WriteNumber("accessLogLinesDropped", _accessLogs?.Dropped.Requests ?? 0);
        writer.WriteNumber("accessLogL4LinesDropped", _accessLogs?.Dropped.Connections ?? 0);
        writer.WriteNumber("tlsHandshakeFailures", _entryPoints.Sum(static e => e.HandshakeFaults.Refusals + e.HandshakeFaults.Timeouts + e.HandshakeFaults.Departures));
        writer.WriteNumber("retries", _forwarding.Retries);
        writer.WriteNumber("proxyHeadersMalformed", _entryPoints.Sum(static e => e.MalformedProxyHeaders));
        writer.WriteNumber("tcpConnectionsRefused", _entryPoints.Sum(static e => e.TcpRefused));
        writer.WriteNumber("tcpConnectionsWithoutServer", _entryPoints.Sum(static e => e.TcpUnreachable));
        writer.WriteNumber("udpSessions", _udpEntryPoints.Sum(static e => e.SessionCount));
        writer.WriteNumber("udpSessionsEvicted", _udpEntryPoints.Sum(static e => e.Evicted));
        writer.WriteNumber("udpDatagramsDropped", _udpEntryPoints.Sum(static e => e.Dropped));
        _certificates?.Write(writer);
    }

    private static async Task WaitAsync(CancellationToken end)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = end.Register(ended.SetResult);
        await ended.Task;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "EdgeGateway {Version} serves; providers: {Providers}")]
    private static partial void LogStarted(ILogger logger, string version, string providers);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Entry point {EntryPoint} listens on {Address}")]
    private static partial void LogListening(ILogger logger, string entryPoint, string address);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "Command error: {Reason} [EG-START]")]
    private static partial void LogStartFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Not every provider and certificate answered within {Seconds} s; requests are served with what is there [EG-START-SLOW]")]
    private static partial void LogStartWithout(ILogger logger, double seconds);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Told to end: connections drain")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "Ended")]
    private static partial void LogStopped(ILogger logger);
}
