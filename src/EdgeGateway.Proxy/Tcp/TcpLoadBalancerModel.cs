using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>Servers in turn.</summary>
internal sealed class TcpLoadBalancerModel(Layer4ServiceState state, TcpTransport transport, RelayLimits limits) : TcpServiceModel(state.Name)
{
    /// <inheritdoc />
    public override bool HasServer => state.HasServer();

    /// <inheritdoc />
    public override bool TryChoose(List<Layer4Server>? tried, out TcpTarget target)
    {
        var server = state.Choose(tried);
        target = new(state, server!, transport, limits);
        return server is not null;
    }
}
