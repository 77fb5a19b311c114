namespace EdgeGateway.Rules.Http;

/// <summary><c>Path</c>: the whole routing path.</summary>
internal sealed class PathPredicate(string path) : HttpPredicate
{
    public override HttpIndexKeys Keys => new(null, [new PathKey(path, IsPrefix: false)]);

    public override bool Matches(HttpRequestView request) => string.Equals(request.RoutingPath, path, StringComparison.Ordinal);
}
