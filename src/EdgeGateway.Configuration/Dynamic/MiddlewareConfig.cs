namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One middleware; exactly one of its types is set.</summary>
public sealed record MiddlewareConfig
{
    /// <summary>Adds text in front of the path.</summary>
    public AddPrefixConfig? AddPrefix { get; init; }

    /// <summary>Removes the first prefix that matches.</summary>
    public StripPrefixConfig? StripPrefix { get; init; }

    /// <summary>Redirects to another scheme and port.</summary>
    public RedirectSchemeConfig? RedirectScheme { get; init; }

    /// <summary>Edits headers.</summary>
    public HeadersConfig? Headers { get; init; }

    /// <summary>Limits concurrent requests.</summary>
    public InFlightReqConfig? InFlightReq { get; init; }

    /// <summary>Other middlewares in order.</summary>
    public ChainConfig? Chain { get; init; }
}

/// <summary><c>addPrefix</c>.</summary>
public sealed record AddPrefixConfig
{
    /// <summary>Required; a leading slash is added if missing.</summary>
    public string? Prefix { get; init; }
}

/// <summary><c>stripPrefix</c>.</summary>
public sealed record StripPrefixConfig
{
    /// <summary>Text prefixes, the first that matches is removed.</summary>
    public ConfigList<string> Prefixes { get; init; } = ConfigList<string>.Empty;

    /// <summary>Deprecated: true keeps a leading slash.</summary>
    public bool? ForceSlash { get; init; }
}

/// <summary><c>redirectScheme</c>.</summary>
public sealed record RedirectSchemeConfig
{
    /// <summary>Required target scheme.</summary>
    public string? Scheme { get; init; }

    /// <summary>Target port; left out of the location when standard.</summary>
    public string? Port { get; init; }

    /// <summary>301/308 instead of 302/307.</summary>
    public bool Permanent { get; init; }
}

/// <summary><c>headers</c>: the custom headers; the rest of the type comes with the full schema.</summary>
public sealed record HeadersConfig
{
    /// <summary>Request headers to set; an empty value removes; <c>Host</c> sets the host.</summary>
    public ConfigMap<string> CustomRequestHeaders { get; init; } = ConfigMap<string>.Empty;

    /// <summary>Response headers to set; an empty value removes.</summary>
    public ConfigMap<string> CustomResponseHeaders { get; init; } = ConfigMap<string>.Empty;
}

/// <summary><c>inFlightReq</c>.</summary>
public sealed record InFlightReqConfig
{
    /// <summary>Concurrent requests allowed per source; above: 429.</summary>
    public long Amount { get; init; }

    /// <summary>What a source is; default the request host.</summary>
    public SourceCriterionConfig? SourceCriterion { get; init; }
}

/// <summary>How requests are grouped; one member only.</summary>
public sealed record SourceCriterionConfig
{
    /// <summary>By client address.</summary>
    public IPStrategyConfig? IpStrategy { get; init; }

    /// <summary>By the value of this header.</summary>
    public string? RequestHeaderName { get; init; }

    /// <summary>By the request's host.</summary>
    public bool RequestHost { get; init; }
}

/// <summary>Which address is the client's; nothing set = the connection's peer.</summary>
public sealed record IPStrategyConfig
{
    /// <summary>n-th X-Forwarded-For entry from the right; 0 = off.</summary>
    public int Depth { get; init; }

    /// <summary>First entry from the right that is none of these; ignored with a depth.</summary>
    public ConfigList<string> ExcludedIPs { get; init; } = ConfigList<string>.Empty;

    /// <summary>IPv6 addresses are cut to this prefix length, 1–128.</summary>
    public int? Ipv6Subnet { get; init; }
}

/// <summary><c>chain</c>.</summary>
public sealed record ChainConfig
{
    /// <summary>References in order; unqualified names belong to the chain's provider.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;
}
