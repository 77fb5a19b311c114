using EdgeGateway.Rules.Http;

namespace EdgeGateway.Rules.Tcp;

/// <summary>All operands must match, or one.</summary>
internal sealed class TcpJoinPredicate(bool isAnd, TcpPredicate[] operands) : TcpPredicate
{
    public override IReadOnlyList<string>? Hosts => operands.Select(static operand => operand.Hosts)
        .Aggregate((a, b) => isAnd ? HostKeys.Both(a, b) : HostKeys.Either(a, b));

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
