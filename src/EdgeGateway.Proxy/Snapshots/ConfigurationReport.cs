using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What the API shows of one snapshot; built with it, immutable.</summary>
public sealed class ConfigurationReport
{
    /// <summary>Nothing configured yet.</summary>
    public static readonly ConfigurationReport Empty = new();

    /// <summary>HTTP routers by qualified name, in ordinal order.</summary>
    public ConfigMap<RouterReport> Routers { get; init; } = ConfigMap<RouterReport>.Empty;

    /// <summary>HTTP services by qualified name, in ordinal order.</summary>
    public ConfigMap<ServiceReport> Services { get; init; } = ConfigMap<ServiceReport>.Empty;

    /// <summary>HTTP middlewares by qualified name, in ordinal order.</summary>
    public ConfigMap<MiddlewareReport> Middlewares { get; init; } = ConfigMap<MiddlewareReport>.Empty;

    /// <summary>TCP routers by qualified name, in ordinal order.</summary>
    public ConfigMap<TcpRouterReport> TcpRouters { get; init; } = ConfigMap<TcpRouterReport>.Empty;

    /// <summary>TCP services by qualified name, in ordinal order.</summary>
    public ConfigMap<TcpServiceReport> TcpServices { get; init; } = ConfigMap<TcpServiceReport>.Empty;

    /// <summary>TCP middlewares by qualified name, in ordinal order.</summary>
    public ConfigMap<TcpMiddlewareReport> TcpMiddlewares { get; init; } = ConfigMap<TcpMiddlewareReport>.Empty;

    /// <summary>UDP routers by qualified name, in ordinal order.</summary>
    public ConfigMap<UdpRouterReport> UdpRouters { get; init; } = ConfigMap<UdpRouterReport>.Empty;

    /// <summary>UDP services by qualified name, in ordinal order.</summary>
    public ConfigMap<UdpServiceReport> UdpServices { get; init; } = ConfigMap<UdpServiceReport>.Empty;

    /// <summary>What the providers could not use.</summary>
    public ConfigList<ConfigurationProblem> Problems { get; init; } = ConfigList<ConfigurationProblem>.Empty;
}
