using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary><c>QueryRegexp</c>: found in a value of the key; in v2 only the first counts.</summary>
internal sealed class QueryRegexpPredicate(string key, GoRegex regex, bool firstOnly) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) =>
        QueryReader.Any(request.RawQuery, key, firstOnly, regex, static (found, wanted) => wanted.IsMatch(found));
}
