using System.Net;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Tcp;

/// <summary><c>ipAllowList</c>: connections of other addresses are closed.</summary>
internal sealed class TcpIPAllowList(string name, NetworkSet allowed) : TcpMiddlewareModel(name)
{
    /// <inheritdoc />
    public override ConnectionEnd Refusal => ConnectionEnd.Refused;

    /// <inheritdoc />
    public override bool TryEnter(IPAddress peer) => allowed.Contains(peer);
}
