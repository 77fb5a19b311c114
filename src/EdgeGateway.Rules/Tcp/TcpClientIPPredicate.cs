using EdgeGateway.Rules.Addresses;

namespace EdgeGateway.Rules.Tcp;

/// <summary><c>ClientIP</c>: the peer is in the range; false when its address is unknown.</summary>
internal sealed class TcpClientIPPredicate(AddressRange range) : TcpPredicate
{
    public override bool Matches(in TcpConnectionView connection) => connection.PeerAddress is { } address && range.Contains(address);
}
