namespace EdgeGateway.Rules.Http;

/// <summary><c>Method</c>: the argument in upper case, the request's method as received.</summary>
internal sealed class MethodPredicate(string method) : HttpPredicate
{
    private readonly string _method = method.ToUpperInvariant();

    public override HttpIndexKeys Keys => new(null, null, [new RequestSign(null, _method)]);

    public override bool Matches(HttpRequestView request) => string.Equals(request.Method, _method, StringComparison.Ordinal);
}
