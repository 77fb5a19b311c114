using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// The TCP and UDP part of a compile, in the order of <see cref="SnapshotCompiler"/>: services, middlewares, routers, tables, report.
/// A change that touches neither section costs two comparisons of references per provider.
/// </summary>
internal sealed class Layer4Compiler(
    TcpTransportCompiler transports, TcpServiceCompiler tcpServices, TcpMiddlewareCompiler tcpMiddlewares, TcpRouterCompiler tcpRouters,
    UdpServiceCompiler udpServices, UdpRouterCompiler udpRouters)
{
    private readonly Dictionary<string, (TcpRouterModel[] Routers, EntryPointRouting? Http, TcpRouting Routing)> _tables = new(StringComparer.Ordinal);
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
        return counts;
    }

    /// <summary>The TCP routing of each entry point that has TCP routers, made anew only where they or the HTTP routers beside them changed.</summary>
    public FrozenDictionary<string, TcpRouting> TcpTables(FrozenDictionary<string, EntryPointRouting> http)
    {
        var byEntryPoint = tcpRouters.Models().GroupBy(static m => m.EntryPoint, static m => m.Model, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);
        foreach (var name in _tables.Keys.Where(name => !byEntryPoint.ContainsKey(name)))
        {
            _tables.Remove(name);
        }

        foreach (var (name, routers) in byEntryPoint)
        {
            var beside = http.GetValueOrDefault(name);
            if (_tables.TryGetValue(name, out var last) && ReferenceEquals(last.Http, beside) && last.Routers.AsSpan().SequenceEqual(routers))
            {
                continue;
            }

            var https = beside is null ? HttpsHosts.None : new HttpsHosts(beside.Tls.Routers.Select(static r => r.Rule.Domains));
            _tables[name] = (routers, beside, new TcpRouting(
                TcpRoutes.Build(routers.Where(static r => !r.IsTls)), TcpRoutes.Build(routers.Where(static r => r.IsTls)), https));
        }

        return _tables.ToFrozenDictionary(static e => e.Key, static e => e.Value.Routing, StringComparer.Ordinal);
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
