namespace EdgeGateway.Benchmarks.Routes;

/// <summary>How the rules of a table of routers look.</summary>
public enum Shape
{
    /// <summary>A host of its own for each.</summary>
    Host,

    /// <summary>Four routers share a host: one by host alone, three with a prefix.</summary>
    HostAndPrefix,

    /// <summary>All on one host, each with its own prefix.</summary>
    PrefixesOfOneHost,

    /// <summary>No host at all, each with its own prefix.</summary>
    PrefixesWithoutHost,

    /// <summary>Two hosts each, joined by <c>||</c>, and a negated prefix.</summary>
    OrAndNot,

    /// <summary>As <see cref="HostAndPrefix"/>; ten of all rules are <c>HostRegexp</c> without a host, behind the others.</summary>
    WithTenRegexps,
}
