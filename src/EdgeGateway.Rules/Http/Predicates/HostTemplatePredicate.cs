using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary><c>HostRegexp</c> of v2: the pattern of a template on the whole host.</summary>
internal sealed class HostTemplatePredicate(GoRegex regex, HttpIndexKeys keys) : HttpPredicate
{
    public override HttpIndexKeys Keys => keys;

    public override bool Matches(HttpRequestView request) => regex.IsMatch(request.CanonicalHost);
}
