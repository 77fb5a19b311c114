using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Knows every TCP service.</summary>
internal sealed class TcpServiceCompiler(TcpTransportCompiler transports, Layer4StateStore states, TcpHealthChecks health, RelayLimits limits = default)
    : Layer4ServiceCompiler<TcpServiceConfig, TcpServiceModel>(states)
{
    /// <summary>What is said about every service.</summary>
    public TcpServiceReport[] Reports() => [.. Entries.Select(e => new TcpServiceReport(
        e.Key.ToString(), e.Key.Provider, e.Value.Config, TypeOf(e.Value.Config),
        e.Value.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
        e.Value.Error is null ? ConfigList<string>.Empty : [e.Value.Error])
    {
        ServerStatus = e.Value.State is { } state
            ? () => [.. state.Servers.Select(static s => KeyValuePair.Create(s.Text, s.IsUp))]
            : static () => [],
    })];

    /// <inheritdoc />
    protected override ConfigMap<TcpServiceConfig> ServicesOf(DynamicConfiguration configuration) => configuration.Tcp.Services;

    /// <inheritdoc />
    protected override (bool IsLoadBalancer, ConfigList<WeightedServiceConfig>? Weighted) KindOf(TcpServiceConfig config) =>
        (config.LoadBalancer is not null, config.Weighted?.Services);

    /// <inheritdoc />
    protected override TcpServiceModel Weighted(string name, (TcpServiceModel Service, long Weight)[] members) => new TcpWeightedModel(name, members);

    /// <inheritdoc />
    protected override void Keep(Func<string, bool> isKept)
    {
        base.Keep(isKept);
        health.Keep(isKept);
    }

    /// <inheritdoc />
    protected override Layer4ServiceEntry<TcpServiceConfig, TcpServiceModel> LoadBalancer(
        QualifiedName name, TcpServiceConfig config, Layer4ServiceEntry<TcpServiceConfig, TcpServiceModel>? before)
    {
        var balancer = config.LoadBalancer!;
        var transport = transports.Find(balancer.ServersTransport, name.Provider, out var error);
        if (transport is null)
        {
            return Broken(config, error!);
        }

        if (balancer.ProxyProtocol is { Version: not (1 or 2) } proxy)
        {
            return Broken(config, $"unknown proxyProtocol version: {proxy.Version}");
        }

        var state = StateOf(name);
        if (before is TcpServiceEntry kept && ReferenceEquals(kept.Transport, transport) && WithoutServers(kept.Config).Equals(WithoutServers(config)))
        {
            if (!ReferenceEquals(kept.Config, config))
            {
                state.Update(Servers(balancer));
                kept.Config = config;
            }

            return kept;
        }

        // A server that cannot be used is left out; a service without any stays, its connections are closed (runtime-behaviour §4.4).
        var problems = state.Update(Servers(balancer));
        if (problems.Count > 0 && state.Servers.Count == 0)
        {
            return Broken(config, problems[0]);
        }

        health.Watch(state, balancer.HealthCheck);
        return new TcpServiceEntry
        {
            Config = config,
            Model = new TcpLoadBalancerModel(
                state, Own(transport, balancer), new(balancer.IdleTimeout ?? limits.Idle, balancer.SessionTimeout ?? limits.Session)),
            Error = null,
            State = state,
            Transport = transport,
        };
    }

    /// <summary>What the deprecated options of the load balancer say where it names no transport (dynamic-config §5.5).</summary>
    private static TcpTransport Own(TcpTransport transport, TcpLoadBalancerConfig balancer)
    {
        var config = transport.Config;
        if (string.IsNullOrEmpty(balancer.ServersTransport) && balancer.TerminationDelay is { } delay)
        {
            config = config with { TerminationDelay = TimeSpan.FromMilliseconds(delay) };
        }

        if (balancer.ProxyProtocol is { } proxy)
        {
            config = config with { ProxyProtocol = proxy };
        }

        return ReferenceEquals(config, transport.Config) ? transport : transport.With(config);
    }

    private static IEnumerable<(string? Address, bool IsTls)> Servers(TcpLoadBalancerConfig balancer) =>
        balancer.Servers.Select(static server => (server.Address, server.Tls));

    private static TcpServiceConfig WithoutServers(TcpServiceConfig config) => config.LoadBalancer is null
        ? config
        : config with { LoadBalancer = config.LoadBalancer with { Servers = ConfigList<TcpServerConfig>.Empty } };
}
