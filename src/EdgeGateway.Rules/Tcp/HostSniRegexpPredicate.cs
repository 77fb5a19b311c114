using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Tcp;

/// <summary><c>HostSNIRegexp</c>: found in the SNI, which is the empty text if there is none.</summary>
internal sealed class HostSniRegexpPredicate(GoRegex regex) : TcpPredicate
{
    public override bool Matches(in TcpConnectionView connection) => regex.IsMatch(connection.ServerName);
}
