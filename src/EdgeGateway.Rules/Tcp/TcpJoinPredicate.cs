using EdgeGateway.Rules.Http;

namespace EdgeGateway.Rules.Tcp;

/// <summary>All operands must match, or one.</summary>
internal sealed class TcpJoinPredicate(bool isAnd, TcpPredicate[] operands) : TcpPredicate
{
    public override IReadOnlyList<string>? Hosts => isAnd
        ? operands.Select(static operand => operand.Hosts).Aggregate(HostKeys.Both)
        : HostKeys.OneOf(operands.Select(static operand => operand.Hosts));

    public override bool Matches(in TcpConnectionView connection)
    {
        foreach (var operand in operands)
        {
            if (operand.Matches(connection) != isAnd)
            {
                return !isAnd;
            }
        }

        return isAnd;
    }
}
