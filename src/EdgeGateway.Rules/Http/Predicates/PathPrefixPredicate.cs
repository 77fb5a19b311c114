namespace EdgeGateway.Rules.Http;

/// <summary><c>PathPrefix</c>: plain text, no segment boundary.</summary>
internal sealed class PathPrefixPredicate(string prefix) : HttpPredicate
{
    public override HttpIndexKeys Keys => new(null, [new PathKey(prefix, IsPrefix: true)]);

    public override bool Matches(HttpRequestView request) => request.RoutingPath.StartsWith(prefix, StringComparison.Ordinal);
}
