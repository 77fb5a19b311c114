using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Knows every UDP service.</summary>
internal sealed class UdpServiceCompiler(Layer4StateStore states) : Layer4ServiceCompiler<UdpServiceConfig, UdpServiceModel>(states)
{
    /// <summary>What is said about every service.</summary>
    public UdpServiceReport[] Reports() => [.. Entries.Select(e => new UdpServiceReport(
        e.Key.ToString(), e.Key.Provider, e.Value.Config, TypeOf(e.Value.Config),
        e.Value.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
        e.Value.Error is null ? ConfigList<string>.Empty : [e.Value.Error]))];

    /// <inheritdoc />
    protected override ConfigMap<UdpServiceConfig> ServicesOf(DynamicConfiguration configuration) => configuration.Udp.Services;

    /// <inheritdoc />
    protected override (bool IsLoadBalancer, ConfigList<WeightedServiceConfig>? Weighted) KindOf(UdpServiceConfig config) =>
        (config.LoadBalancer is not null, config.Weighted?.Services);

    /// <inheritdoc />
    protected override UdpServiceModel Weighted(string name, (UdpServiceModel Service, long Weight)[] members) => new UdpWeightedModel(name, members);

    /// <inheritdoc />
    protected override Layer4ServiceEntry<UdpServiceConfig, UdpServiceModel> LoadBalancer(
        QualifiedName name, UdpServiceConfig config, Layer4ServiceEntry<UdpServiceConfig, UdpServiceModel>? before)
    {
        if (before is not null && ReferenceEquals(before.Config, config))
        {
            return before;
        }

        var state = StateOf(name);
        var problems = state.Update(config.LoadBalancer!.Servers.Select(static server => (server.Address, false)));
        if (problems.Count > 0 && state.Servers.Count == 0)
        {
            return Broken(config, problems[0]);
        }

        // A load balancer has nothing but its servers.
        if (before is { Model: UdpLoadBalancerModel })
        {
            before.Config = config;
            return before;
        }

        return new() { Config = config, Model = new UdpLoadBalancerModel(state), Error = null, State = state };
    }
}
