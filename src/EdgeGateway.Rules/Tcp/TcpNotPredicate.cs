namespace EdgeGateway.Rules.Tcp;

/// <summary>The operand must not match.</summary>
internal sealed class TcpNotPredicate(TcpPredicate operand) : TcpPredicate
{
    public override bool Matches(in TcpConnectionView connection) => !operand.Matches(connection);
}
