namespace EdgeGateway.Rules.Http;

/// <summary>A compiled rule or a part of one. Immutable; matching allocates nothing.</summary>
internal abstract class HttpPredicate
{
    /// <summary>Whether the request fulfils it.</summary>
    public abstract bool Matches(HttpRequestView request);

    /// <summary>What every request that fulfils it has; by default nothing is known. Asked once for a rule, so it is made when asked.</summary>
    public virtual HttpIndexKeys Keys => HttpIndexKeys.Any;
}
