using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Tests.Snapshots.Layer4;

/// <summary>The TCP and UDP part of a compile, with the entry points <c>test</c> and <c>other</c> (TCP) and <c>dns</c> (UDP).</summary>
internal sealed class Layer4Chain : IDisposable
{
    private readonly TcpHealthChecks _health = new(TimeProvider.System, NullLogger<TcpHealthChecks>.Instance);
    private readonly TlsOptionsCompiler _tlsOptions = new();
    private readonly Layer4Compiler _compiler;

    public Layer4Chain(RelayLimits limits = default)
    {
        _compiler = Layer4Compiler.Create(
            new(new HashSet<string> { "test", "other" }, ["test"]), new(new HashSet<string> { "dns", "dns2" }, ["dns", "dns2"]),
            _tlsOptions, new() { TerminationDelay = Timeout.InfiniteTimeSpan }, _health, TimeProvider.System, new Random(1), limits: limits);
    }

    /// <summary>Where entry points look.</summary>
    public SnapshotHolder Snapshots { get; } = new();

    public ConfigurationReport Report => Snapshots.Current.Report.Value;

    public TcpRouting Tcp => Snapshots.Current.Tcp.GetValueOrDefault("test", TcpRouting.Empty);

    public (int Compiled, int Reused) Last { get; private set; }

    public static ProviderMessage Message(TcpConfiguration? tcp = null, UdpConfiguration? udp = null, TlsConfiguration? tls = null, string provider = "file") =>
        new(provider, new() { Tcp = tcp ?? TcpConfiguration.Empty, Udp = udp ?? UdpConfiguration.Empty, Tls = tls ?? TlsConfiguration.Empty }, ConfigList<ConfigurationProblem>.Empty);

    public static ConfigMap<T> Map<T>(params (string Name, T Value)[] entries) =>
        entries.Select(static e => KeyValuePair.Create(e.Name, e.Value)).ToConfigMap();

    public static TcpServiceConfig Servers(params string[] addresses) =>
        new() { LoadBalancer = new() { Servers = [.. addresses.Select(static a => new TcpServerConfig { Address = a })] } };

    public static UdpServiceConfig UdpServers(params string[] addresses) =>
        new() { LoadBalancer = new() { Servers = [.. addresses.Select(static a => new UdpServerConfig { Address = a })] } };

    /// <summary>One router on <c>test</c> with one service.</summary>
    public static TcpConfiguration One(TcpRouterConfig router, TcpServiceConfig service) => new()
    {
        Routers = Map(("r", router with { Service = "s" })),
        Services = Map(("s", service)),
    };

    public void Compile(params ProviderMessage[] messages) => Compile(FrozenDictionary<string, EntryPointRouting>.Empty, messages);

    public void Compile(FrozenDictionary<string, EntryPointRouting> http, params ProviderMessage[] messages)
    {
        _tlsOptions.Update(messages);
        Last = _compiler.Update(messages);
        var report = _compiler.Report;
        Snapshots.Publish(new()
        {
            EntryPoints = http,
            Tcp = _compiler.TcpTables(http, [], []),
            Udp = _compiler.UdpTables(),
            Report = new(() => new()
            {
                TcpRouters = report.TcpRouterMap(),
                TcpServices = report.TcpServiceMap(),
                TcpMiddlewares = report.TcpMiddlewareMap(),
                UdpRouters = report.UdpRouterMap(),
                UdpServices = report.UdpServiceMap(),
            }),
        });
    }

    public void Dispose() => _health.Dispose();
}
