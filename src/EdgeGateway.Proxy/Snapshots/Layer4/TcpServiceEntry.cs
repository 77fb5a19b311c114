using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>A TCP load balancer as compiled.</summary>
internal sealed class TcpServiceEntry : Layer4ServiceEntry<TcpServiceConfig, TcpServiceModel>
{
    /// <summary>The transport as the providers gave it, to see that it changed.</summary>
    public required TcpTransport Transport { get; init; }
}
