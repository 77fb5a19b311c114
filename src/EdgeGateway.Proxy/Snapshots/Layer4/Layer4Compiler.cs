using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>
/// The TCP and UDP part of a compile, in the order of <see cref="SnapshotCompiler"/>: services, middlewares, routers, tables, report.
/// A change that touches neither section costs two comparisons of references per provider.
/// </summary>
internal sealed class Layer4Compiler(
    TcpTransportCompiler transports, TcpServiceCompiler tcpServices, TcpMiddlewareCompiler tcpMiddlewares, TcpRouterCompiler tcpRouters,
    UdpServiceCompiler udpServices, UdpRouterCompiler udpRouters)
{
    private readonly Dictionary<string, (TcpRouterModel[] Routers, HttpRouting Http, HttpsHosts Https, TcpRouting Routing)> _tables = new(StringComparer.Ordinal);
    private (string Provider, TcpConfiguration Tcp, UdpConfiguration Udp, TlsConfiguration Tls)[] _seen = [];
    private Layer4Report _report = new([], [], [], [], []);

    /// <summary>Makes a compiler with all its parts.</summary>
    /// <param name="tcp">TCP entry points.</param>
    /// <param name="udp">UDP entry points.</param>
    /// <param name="tlsOptions">Sets of TLS options; to be brought up to date before <see cref="Update"/>.</param>
    /// <param name="defaults">Settings of TCP services that name no transport.</param>
    /// <param name="health">Runs the checks.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Shuffles servers.</param>
    /// <param name="defaultRuleSyntax">Of routers that name none; null = v3.</param>
    /// <param name="limits">Of TCP connections whose service names none.</param>
    /// <exception cref="InvalidDataException">A certificate of the defaults cannot be read.</exception>
    public static Layer4Compiler Create(
        RouterEntryPoints tcp, RouterEntryPoints udp, TlsOptionsCompiler tlsOptions, TcpServersTransportConfig defaults,
        TcpHealthChecks health, TimeProvider time, Random random, string? defaultRuleSyntax = null, RelayLimits limits = default)
    {
        var transports = new TcpTransportCompiler(defaults);
        return new(
            transports,
            new TcpServiceCompiler(transports, new Layer4StateStore(time, random), health, limits),
            new TcpMiddlewareCompiler(),
            new TcpRouterCompiler(tcp, tlsOptions) { DefaultRuleSyntax = defaultRuleSyntax },
            new UdpServiceCompiler(new Layer4StateStore(time, random)),
            new UdpRouterCompiler(udp));
    }

    /// <summary>Files of transports that cannot be used as they are now.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => transports.Problems;

    /// <summary>TCP rules that several jobs claim.</summary>
    public IdleRouters[] Claimed { get; private set; } = [];

    /// <summary>Compiles what changed and keeps the rest.</summary>
    /// <param name="messages">The latest of each provider.</param>
    /// <param name="changedFiles">Files whose content changed; null = none.</param>
    public (int Compiled, int Reused) Update(IReadOnlyList<ProviderMessage> messages, IReadOnlySet<string>? changedFiles = null)
    {
        var mended = changedFiles is { Count: > 0 } && transports.Reload(changedFiles);
        (string Provider, TcpConfiguration Tcp, UdpConfiguration Udp, TlsConfiguration Tls)[] now =
            [.. messages.Select(static m => (m.Provider, m.Configuration.Tcp, m.Configuration.Udp, m.Configuration.Tls))];
        if (!mended && Same(now, _seen))
        {
            return (0, _report.TcpRouters.Length);
        }

        _seen = now;
        transports.Update(messages);
        tcpServices.Update(messages);
        tcpMiddlewares.Update(messages);
        var counts = tcpRouters.Update(messages, tcpServices, tcpMiddlewares);
        udpServices.Update(messages);
        udpRouters.Update(messages, udpServices);
        _report = new(tcpRouters.Reports(), tcpServices.Reports(), tcpMiddlewares.Reports(), udpRouters.Reports, udpServices.Reports());
        Claimed = [.. tcpRouters.Models()
            .GroupBy(static m => (m.EntryPoint, m.Model.IsTls, m.Model.Priority, m.Model.Config.Rule))
            .Where(static same => same.Skip(1).Any())
            .Select(same => ClaimedRule.Describe(
                "tcp.routers", $"TCP rule {same.Key.Rule}", same.Key.EntryPoint, [.. same.Select(static m => m.Model.Name).Order(StringComparer.Ordinal)], messages))
            .OfType<IdleRouters>().OrderBy(static claimed => claimed.Problem.Message, StringComparer.Ordinal)];
        return counts;
    }

    /// <summary>The TCP routing of each entry point that has TCP routers, made anew only where they or the HTTP routers beside them changed.</summary>
    /// <param name="http">HTTP routing of every entry point.</param>
    /// <param name="removed">HTTP routers that went since the last call.</param>
    /// <param name="added">HTTP routers that came since the last call.</param>
    public FrozenDictionary<string, TcpRouting> TcpTables(
        FrozenDictionary<string, EntryPointRouting> http, IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added)
    {
        var byEntryPoint = tcpRouters.Models().GroupBy(static m => m.EntryPoint, static m => m.Model, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);
        foreach (var name in _tables.Keys.Where(name => !byEntryPoint.ContainsKey(name)))
        {
            _tables.Remove(name);
        }

        foreach (var (name, routers) in byEntryPoint)
        {
            var beside = http.GetValueOrDefault(name)?.Tls ?? HttpRouting.Empty;
            var known = _tables.TryGetValue(name, out var last);
            var sameRouters = known && last.Routers.AsSpan().SequenceEqual(routers);
            if (sameRouters && ReferenceEquals(last.Http, beside))
            {
                continue;
            }

            var https = known
                ? ReferenceEquals(last.Http, beside) ? last.Https : last.Https.With(Domains(name, removed), Domains(name, added))
                : HttpsHosts.None.With([], beside.Routers.Select(static router => router.Rule.Domains));
            _tables[name] = (routers, beside, https, new TcpRouting(
                sameRouters ? last.Routing.Plain : TcpRoutes.Build(routers.Where(static r => !r.IsTls)),
                sameRouters ? last.Routing.Tls : TcpRoutes.Build(routers.Where(static r => r.IsTls)), https));
        }

        return _tables.ToFrozenDictionary(static e => e.Key, static e => e.Value.Routing, StringComparer.Ordinal);

        static IEnumerable<IReadOnlyList<string>> Domains(string entryPoint, IReadOnlyList<CompiledRouter> routers) =>
            routers.SelectMany(static router => router.Models).Where(m => m.EntryPoint == entryPoint && m.Model.IsTls).Select(static m => m.Model.Rule.Domains);
    }

    /// <summary>The UDP router of each entry point that has one.</summary>
    public FrozenDictionary<string, UdpRouterModel> UdpTables() => udpRouters.Models.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is said about all elements.</summary>
    public Layer4Report Report => _report;

    private static bool Same((string Provider, TcpConfiguration Tcp, UdpConfiguration Udp, TlsConfiguration Tls)[] a, (string Provider, TcpConfiguration Tcp, UdpConfiguration Udp, TlsConfiguration Tls)[] b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (a[i].Provider != b[i].Provider
                || (!ReferenceEquals(a[i].Tcp, b[i].Tcp) && !a[i].Tcp.Equals(b[i].Tcp))
                || (!ReferenceEquals(a[i].Udp, b[i].Udp) && !a[i].Udp.Equals(b[i].Udp))
                || (!ReferenceEquals(a[i].Tls, b[i].Tls) && !a[i].Tls.Equals(b[i].Tls)))
            {
                return false;
            }
        }

        return true;
    }
}
