using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>Other services by weight. One without a usable server lets its turn pass to the others.</summary>
internal sealed class TcpWeightedModel(string name, (TcpServiceModel Service, long Weight)[] members) : TcpServiceModel(name)
{
    private readonly WeightedTurns _turns = new(members.Select(static member => member.Weight));

    /// <inheritdoc />
    public override bool HasServer
    {
        get
        {
            for (var i = 0; i < members.Length; i++)
            {
                if (_turns.Takes(i) && members[i].Service.HasServer)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <inheritdoc />
    public override bool TryChoose(List<Layer4Server>? tried, out TcpTarget target)
    {
        var first = _turns.Next();
        if (first >= 0)
        {
            for (var i = 0; i < members.Length; i++)
            {
                var index = (first + i) % members.Length;
                if (_turns.Takes(index) && members[index].Service.TryChoose(tried, out target))
                {
                    return true;
                }
            }
        }

        target = default;
        return false;
    }
}
