namespace EdgeGateway.Rules.Tcp;

/// <summary><c>HostSNI(`*`)</c>: every connection, also one without SNI or without TLS.</summary>
/// <param name="nameRequired">In v2 a star that is not the first argument takes only connections with SNI.</param>
internal sealed class AnyServerPredicate(bool nameRequired) : TcpPredicate
{
    public override bool Matches(in TcpConnectionView connection) => !nameRequired || connection.ServerName.Length > 0;
}
