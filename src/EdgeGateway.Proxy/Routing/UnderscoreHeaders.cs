namespace EdgeGateway.Proxy.Routing;

/// <summary>What happens to request headers with an underscore in their name.</summary>
public enum UnderscoreHeaders
{
    /// <summary>They pass.</summary>
    Keep,

    /// <summary>They are removed.</summary>
    Delete,

    /// <summary>The request is answered 400.</summary>
    Reject,
}
