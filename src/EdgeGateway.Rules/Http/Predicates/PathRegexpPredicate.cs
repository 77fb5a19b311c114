using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary><c>PathRegexp</c>, and the path templates of v2.</summary>
internal sealed class PathRegexpPredicate(GoRegex regex, HttpIndexKeys keys) : HttpPredicate
{
    public override HttpIndexKeys Keys => keys;

    public override bool Matches(HttpRequestView request) => regex.IsMatch(request.RoutingPath);
}
