using EdgeGateway.Rules.Addresses;

namespace EdgeGateway.Rules.Http;

/// <summary><c>ClientIP</c>: the connection's peer is in the range; false when its address is unknown.</summary>
internal sealed class ClientIPPredicate(AddressRange range) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => request.PeerAddress is { } address && range.Contains(address);
}
