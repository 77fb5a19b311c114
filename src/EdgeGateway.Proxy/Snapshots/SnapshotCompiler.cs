using System.Diagnostics;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tls.Files;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// Turns what all providers said into one snapshot (a change, design decisions 10, 11 and 15):
/// <list type="number">
/// <item>servers transports, middlewares, then services: a change of servers alone is applied to the live <c>ServiceState</c> and compiles nothing; else the service is made anew, and the services in front of it;</item>
/// <item>TLS options: made when their configuration changed;</item>
/// <item>routers: kept when their configuration and all they refer to kept their objects, else compiled;</item>
/// <item>tables: the routers of each entry point, plain and TLS, indexed; kept when their routers are the same;</item>
/// <item>report: what API, dashboard and log say.</item>
/// </list>
/// An error costs the element in which it stands and the routers that refer to it, never their siblings. Not thread-safe: one
/// loop owns it.
/// </summary>
public sealed partial class SnapshotCompiler
{
    private readonly TransportCompiler _transports;
    private readonly TlsOptionsCompiler _tlsOptions;
    private readonly ServiceCompiler _services;
    private readonly MiddlewareCompiler _middlewares;
    private readonly RouterCompiler _routers;
    private readonly RoutingTables _tables;
    private readonly CertificateWishes _wishes = new();
    private readonly RouterClaims _claims = new();
    private (IReadOnlyList<CertificateWish> Http, IReadOnlyList<CertificateWish> Layer4, IReadOnlyList<CertificateWish> All) _wished = ([], [], []);
    private readonly Layer4Compiler _layer4;
    private readonly ILogger<SnapshotCompiler> _logger;
    private ConfigList<ConfigurationProblem> _problems = ConfigList<ConfigurationProblem>.Empty;
    private Layer4Report _saidLayer4 = new([], [], [], [], []);
    private HashSet<string> _said = new(StringComparer.Ordinal);

    internal SnapshotCompiler(
        TransportCompiler transports, TlsOptionsCompiler tlsOptions, ServiceCompiler services, MiddlewareCompiler middlewares, RouterCompiler routers,
        RoutingTables tables, Layer4Compiler layer4, ILogger<SnapshotCompiler> logger)
    {
        _transports = transports;
        _tlsOptions = tlsOptions;
        _services = services;
        _middlewares = middlewares;
        _routers = routers;
        _tables = tables;
        _layer4 = layer4;
        _logger = logger;
    }

    /// <summary>Takes up the certificates that providers name; null = none are.</summary>
    internal TlsCertificatesCompiler? Certificates { get; init; }

    /// <summary>Follows the files that TLS settings name; null = they are read when the configuration changes only.</summary>
    internal PemFiles? Files { get; init; }

    /// <summary>Compiles the latest message of each provider.</summary>
    public GatewaySnapshot Compile(IReadOnlyList<ProviderMessage> messages)
    {
        var started = Stopwatch.GetTimestamp();

        var files = Files?.Begin(messages);

        // Step 1.
        var transportsChanged = _transports.Update(messages, files);
        var referencesChanged = _middlewares.Update(messages);
        referencesChanged |= _services.Update(messages, transportsChanged, middlewaresChanged: referencesChanged);

        // Step 2.
        var tlsOptionsChanged = _tlsOptions.Update(messages, files);
        referencesChanged |= tlsOptionsChanged;

        // Step 3.
        var (removed, added) = _routers.Update(messages, _services, _middlewares, referencesChanged);
        var (compiledTcp, reusedTcp) = _layer4.Update(messages, files);

        // Step 4.
        var entryPoints = _tables.Update(removed, added, tlsOptionsChanged);
        var tcp = _layer4.TcpTables(entryPoints, removed, added);

        Certificates?.Update(messages, files);
        _wishes.Update(removed, added);

        // Step 5: the report is put together when somebody asks for it; complaints are logged now.
        var claims = _claims.Update(removed, added, messages);
        ConfigList<ConfigurationProblem> problems =
        [
            .. messages.SelectMany(static m => m.Problems), .. _transports.Problems, .. _layer4.Problems, .. _tlsOptions.Problems, .. _tables.Problems, .. claims,
            .. _layer4.Claimed.Select(static claimed => claimed.Problem).Distinct().Take(RouterClaims.MaximumTold),
            .. _routers.Idle.Select(static idle => idle.Problem).Take(RouterClaims.MaximumTold),
            .. Certificates?.Problems ?? [],
        ];
        Say(problems);
        foreach (var (service, text, code) in _services.TakeComplaints())
        {
            ServerLeftOut(_logger, service, text, code);
        }

        Say(removed, added);
        var layer4 = _layer4.Report;
        Say(layer4);
        var (routers, services, middlewares) = (_routers.Reports(), _services.Reports(), _middlewares.Reports());
        Compiled(
            _logger, added.Count + compiledTcp, _routers.Count - added.Count + reusedTcp, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        IdleRouters[] idle = [.. _claims.Claimed, .. _layer4.Claimed, .. _routers.Idle];
        return new GatewaySnapshot
        {
            EntryPoints = entryPoints,
            Certificates = Wishes(layer4.Wishes),
            Tcp = tcp,
            Udp = _layer4.UdpTables(),
            Report = new(() => Report([.. routers], [.. services], [.. middlewares], layer4, problems, idle, messages)),
        };
    }

    /// <summary>Lets go of what the last snapshot no longer needs; to be called when it is in force.</summary>
    public void Settle() => _services.Settle();

    private IReadOnlyList<CertificateWish> Wishes(IReadOnlyList<CertificateWish> layer4)
    {
        if (!ReferenceEquals(_wished.Http, _wishes.All) || !ReferenceEquals(_wished.Layer4, layer4))
        {
            _wished = (_wishes.All, layer4, [.. _wishes.All.Concat(layer4).Distinct()]);
        }

        return _wished.All;
    }

    private static ConfigurationReport Report(
        RouterReport[] routers, ServiceReport[] services, MiddlewareReport[] middlewares, Layer4Report layer4,
        ConfigList<ConfigurationProblem> problems, IdleRouters[] idle, IReadOnlyList<ProviderMessage> messages)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (problem, names) in idle)
        {
            foreach (var name in names)
            {
                reasons[name] = $"{problem.Message} [{problem.Code}]";
            }
        }

        var usersOfServices = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var usersOfMiddlewares = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var router in routers)
        {
            if (router.ServiceName.Length > 0)
            {
                Use(usersOfServices, router.ServiceName, router.Name);
            }

            foreach (var middleware in router.Config.Middlewares)
            {
                Use(usersOfMiddlewares, middleware, router.Name);
            }
        }

        return new()
        {
            Routers = routers.Select(r => KeyValuePair.Create(r.Name, Now(r))).ToConfigMap(),
            Services = services
                .Select(r => KeyValuePair.Create(r.Name, r with { UsedBy = Users(usersOfServices, r.Name) })).ToConfigMap(),
            Middlewares = middlewares
                .Select(r => KeyValuePair.Create(r.Name, r with { UsedBy = Users(usersOfMiddlewares, r.Name) })).ToConfigMap(),
            TcpRouters = layer4.TcpRouterMap().Select(e => KeyValuePair.Create(e.Key, NowTcp(e.Value))).ToConfigMap(),
            TcpServices = layer4.TcpServiceMap(),
            TcpMiddlewares = layer4.TcpMiddlewareMap(),
            UdpRouters = layer4.UdpRouterMap().Select(e => KeyValuePair.Create(
                e.Key, e.Value.Places.Count == 0 ? e.Value : e.Value with { Errors = LocatedFault.Refresh(e.Value.Errors, e.Value.Places, messages) })).ToConfigMap(),
            UdpServices = layer4.UdpServiceMap(),
            Problems = problems,
        };

        RouterReport Now(RouterReport router)
        {
            router = router.Places.Count == 0 ? router : router with { Errors = LocatedFault.Refresh(router.Errors, router.Places, messages) };
            return router.Status != ElementStatus.Disabled && reasons.TryGetValue(router.Name, out var told)
                ? router with { Status = ElementStatus.Warning, Errors = [.. router.Errors, told] }
                : router;
        }

        TcpRouterReport NowTcp(TcpRouterReport router)
        {
            router = router.Places.Count == 0 ? router : router with { Errors = LocatedFault.Refresh(router.Errors, router.Places, messages) };
            return router.Status != ElementStatus.Disabled && reasons.TryGetValue(router.Name, out var told)
                ? router with { Status = ElementStatus.Warning, Errors = [.. router.Errors, told] }
                : router;
        }
    }

    private static void Use(Dictionary<string, List<string>> users, string element, string router)
    {
        if (!users.TryGetValue(element, out var list))
        {
            users[element] = list = [];
        }

        list.Add(router);
    }

    private static ConfigList<string> Users(Dictionary<string, List<string>> users, string element)
    {
        if (!users.TryGetValue(element, out var list))
        {
            return ConfigList<string>.Empty;
        }

        list.Sort(StringComparer.Ordinal);
        return list.Distinct(StringComparer.Ordinal).ToConfigList();
    }

    /// <summary>Each complaint is logged once, and again only after it was gone.</summary>
    private void Say(ConfigList<ConfigurationProblem> problems)
    {
        if (problems.Equals(_problems))
        {
            return;
        }

        _problems = problems;
        var now = new HashSet<string>(StringComparer.Ordinal);
        foreach (var problem in problems)
        {
            var text = problem.ToString();
            if (now.Add(text) && !_said.Contains(text))
            {
                ProviderProblem(_logger, problem.Severity == ProblemSeverity.Error ? LogLevel.Error : LogLevel.Warning, text);
            }
        }

        _said = now;
    }

    /// <inheritdoc cref="Say(ConfigList{ConfigurationProblem})" />
    private void Say(List<CompiledRouter> removed, List<CompiledRouter> added)
    {
        var before = removed.SelectMany(Complaints).Select(static c => c.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var (report, error, text) in added.SelectMany(Complaints))
        {
            if (!before.Contains(text))
            {
                RouterProblem(_logger, report.Status == ElementStatus.Disabled ? LogLevel.Error : LogLevel.Warning, report.Name, FirstLine(error));
            }
        }

        static IEnumerable<(RouterReport Report, string Error, string Text)> Complaints(CompiledRouter router) =>
            router.Reports.SelectMany(static report => report.Errors.Distinct(StringComparer.Ordinal).Select(error => (report, error, $"{report.Name}: {error}")));
    }

    // What follows the first line, a caret below the rule, is for API and dashboard.
    private static string FirstLine(string error) => error.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0 ? error[..end] : error;

    /// <inheritdoc cref="Say(ConfigList{ConfigurationProblem})" />
    private void Say(Layer4Report report)
    {
        if (ReferenceEquals(report, _saidLayer4))
        {
            return;
        }

        var before = _saidLayer4.Complaints().ToHashSet();
        _saidLayer4 = report;
        foreach (var complaint in report.Complaints().Distinct().Where(complaint => !before.Contains(complaint)))
        {
            RouterProblem(_logger, complaint.Disabled ? LogLevel.Error : LogLevel.Warning, complaint.Router, FirstLine(complaint.Error));
        }
    }

    [LoggerMessage(EventId = 4010, Level = LogLevel.Debug, Message = "Configuration applied compiled={Compiled} reused={Reused} ms={Milliseconds:F1}")]
    private static partial void Compiled(ILogger logger, int compiled, int reused, double milliseconds);

    [LoggerMessage(EventId = 4011, Message = "{Problem}")]
    private static partial void ProviderProblem(ILogger logger, LogLevel level, string problem);

    [LoggerMessage(EventId = 4012, Message = "Router {RouterName}: {Error}")]
    private static partial void RouterProblem(ILogger logger, LogLevel level, string routerName, string error);

    [LoggerMessage(EventId = 4013, Level = LogLevel.Warning, Message = "Service {ServiceName}: {Error} [{Code}]")]
    private static partial void ServerLeftOut(ILogger logger, string serviceName, string error, string code);
}
