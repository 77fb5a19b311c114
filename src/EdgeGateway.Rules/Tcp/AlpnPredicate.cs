namespace EdgeGateway.Rules.Tcp;

/// <summary><c>ALPN</c>: the client offered exactly this protocol.</summary>
internal sealed class AlpnPredicate(string protocol) : TcpPredicate
{
    public override bool Matches(in TcpConnectionView connection)
    {
        // By index: enumerating an interface allocates.
        for (var i = 0; i < connection.Protocols.Count; i++)
        {
            if (string.Equals(connection.Protocols[i], protocol, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
