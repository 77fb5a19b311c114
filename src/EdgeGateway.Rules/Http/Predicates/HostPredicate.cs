namespace EdgeGateway.Rules.Http;

/// <summary>
/// <c>Host</c>: equality, in v3 with a one-label wildcard; a trailing dot is forgiven once on either side (dynamic-config §4.2, §4.7).
/// </summary>
internal sealed class HostPredicate : HttpPredicate
{
    private readonly HostExpression _host;
    private readonly string _name;
    private readonly bool _wildcards;
    private readonly bool _matchesAlways;

    /// <param name="argument">The name, ASCII.</param>
    /// <param name="wildcards">Syntax v3: <c>*</c> alone matches every request, as first label every single label.</param>
    public HostPredicate(string argument, bool wildcards)
    {
        var name = argument.ToLowerInvariant();
        (_name, _wildcards) = (name, wildcards);
        _host = new HostExpression(name, wildcards);
        _matchesAlways = wildcards && name == "*";
    }

    public override HttpIndexKeys Keys => new(HostKeys.Of(_name, _wildcards), null);

    public override bool Matches(HttpRequestView request)
    {
        var host = request.CanonicalHost;
        if (_matchesAlways || host.Length == 0)
        {
            return _matchesAlways;
        }

        return _host.Matches(host)
            || _host.MatchesWithoutDot(host)
            || (host[^1] == '.' && _host.Matches(host.AsSpan(0, host.Length - 1)));
    }
}
