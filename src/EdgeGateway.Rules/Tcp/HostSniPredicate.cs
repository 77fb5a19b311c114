using EdgeGateway.Rules.Http;

namespace EdgeGateway.Rules.Tcp;

/// <summary>
/// <c>HostSNI</c>: one server name, in v3 with a one-label wildcard. A trailing dot of the argument is forgiven, one of the SNI is not.
/// A star alone is <see cref="AnyServerPredicate"/>.
/// </summary>
internal sealed class HostSniPredicate : TcpPredicate
{
    private readonly HostExpression _host;
    private readonly HostExpression? _withDot;

    /// <param name="name">The argument.</param>
    /// <param name="syntaxV2">No wildcards; an SNI with the argument's own trailing dot is equal.</param>
    public HostSniPredicate(string name, bool syntaxV2)
    {
        var lower = name.ToLowerInvariant();
        var bare = lower.EndsWith('.') ? lower[..^1] : lower;
        _host = new HostExpression(bare, wildcards: !syntaxV2);
        _withDot = syntaxV2 && bare.Length < lower.Length ? new HostExpression(lower, wildcards: false) : null;
        Hosts = HostKeys.Of(syntaxV2 ? lower : bare, wildcards: !syntaxV2);
    }

    public override IReadOnlyList<string>? Hosts { get; }

    public override bool Matches(in TcpConnectionView connection) =>
        connection.ServerName.Length > 0
        && (_host.Matches(connection.ServerName) || (_withDot is { } dotted && dotted.Matches(connection.ServerName)));
}
