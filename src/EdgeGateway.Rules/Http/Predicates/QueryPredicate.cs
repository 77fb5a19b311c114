namespace EdgeGateway.Rules.Http;

/// <summary><c>Query</c>: a value of the key is equal; in v2 only the first counts.</summary>
internal sealed class QueryPredicate(string key, string value, bool firstOnly) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) =>
        QueryReader.Any(request.RawQuery, key, firstOnly, value, static (found, wanted) => found.SequenceEqual(wanted));
}
