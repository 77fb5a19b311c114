namespace EdgeGateway.Rules.Http;

/// <summary><c>Header</c>: some value of the header is equal, as a whole.</summary>
internal sealed class HeaderPredicate(string name, string value) : HttpPredicate
{
    public override HttpIndexKeys Keys => new(null, null, [new RequestSign(name, value)]);

    public override bool Matches(HttpRequestView request)
    {
        for (var i = request.CountHeader(name) - 1; i >= 0; i--)
        {
            if (string.Equals(request.GetHeader(name, i), value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
