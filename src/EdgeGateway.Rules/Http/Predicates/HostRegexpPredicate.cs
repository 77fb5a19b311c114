using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary>
/// <c>HostRegexp</c> of v3. Traefik also tries the flattened name, which is the empty text unless flattening is on: a pattern that
/// finds the empty text takes every request (dynamic-config §4.2).
/// </summary>
internal sealed class HostRegexpPredicate(GoRegex regex) : HttpPredicate
{
    private readonly bool _matchesAlways = regex.IsMatch("");

    public override bool Matches(HttpRequestView request) => _matchesAlways || regex.IsMatch(request.CanonicalHost);
}
