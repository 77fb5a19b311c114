using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>What routing needs of a compiled rule.</summary>
public abstract class RouteRule
{
    /// <summary>
    /// Hosts of which one must be the request's for the rule to match, lower case, <c>*.example.com</c> for exactly one more label;
    /// null when the rule can match any host.
    /// </summary>
    public abstract IReadOnlyList<string>? Hosts { get; }

    /// <summary>Hosts that the rule names, whatever joins or negates them (dynamic-config §4.6): what TLS is chosen by.</summary>
    public virtual IReadOnlyList<string> Domains => [];

    /// <summary>Paths and prefixes of which one must be the request's routing path for the rule to match; null when any path may.</summary>
    public virtual IReadOnlyList<PathKey>? Paths => null;

    /// <summary>Methods and headers of which the request must have one for the rule to match; null when it needs none of them.</summary>
    public virtual IReadOnlyList<RequestSign>? Signs => null;

    /// <summary>True when the request fulfils the whole rule.</summary>
    public abstract bool Matches(HttpRequestView request);
}
