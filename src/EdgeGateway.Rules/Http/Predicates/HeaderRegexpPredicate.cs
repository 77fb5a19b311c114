using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary><c>HeaderRegexp</c>: found in some value of the header.</summary>
internal sealed class HeaderRegexpPredicate(string name, GoRegex regex) : HttpPredicate
{
    public override HttpIndexKeys Keys => new(null, null, [new RequestSign(name, null)]);

    public override bool Matches(HttpRequestView request)
    {
        for (var i = request.CountHeader(name) - 1; i >= 0; i--)
        {
            if (regex.IsMatch(request.GetHeader(name, i)))
            {
                return true;
            }
        }

        return false;
    }
}
