using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Udp;

/// <summary>Servers in turn.</summary>
internal sealed class UdpLoadBalancerModel(Layer4ServiceState state) : UdpServiceModel(state.Name)
{
    /// <inheritdoc />
    public override Layer4Server? Choose() => state.Choose();
}
