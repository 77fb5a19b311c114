using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Udp;

/// <summary>Other services by weight. One without a server lets its turn pass to the others.</summary>
internal sealed class UdpWeightedModel(string name, (UdpServiceModel Service, long Weight)[] members) : UdpServiceModel(name)
{
    private readonly WeightedTurns _turns = new(members.Select(static member => member.Weight));

    /// <inheritdoc />
    public override Layer4Server? Choose()
    {
        var first = _turns.Next();
        for (var i = 0; first >= 0 && i < members.Length; i++)
        {
            var index = (first + i) % members.Length;
            if (_turns.Takes(index) && members[index].Service.Choose() is { } server)
            {
                return server;
            }
        }

        return null;
    }
}
