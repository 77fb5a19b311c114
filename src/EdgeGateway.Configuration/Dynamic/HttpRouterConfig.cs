namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One HTTP router: which requests, through which middlewares, to which service.</summary>
public sealed record HttpRouterConfig
{
    /// <summary>Entry points it listens on; empty = all default entry points.</summary>
    public ConfigList<string> EntryPoints { get; init; } = ConfigList<string>.Empty;

    /// <summary>Middleware references, outermost first; unqualified names belong to the router's provider.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;

    /// <summary>Service reference.</summary>
    public string? Service { get; init; }

    /// <summary>The rule in the rule language.</summary>
    public string? Rule { get; init; }

    /// <summary><c>v3</c> (default) or <c>v2</c>. Deprecated.</summary>
    public string? RuleSyntax { get; init; }

    /// <summary>Higher is tried first; 0 = length of the rule in UTF-8 bytes.</summary>
    public long Priority { get; init; }

    /// <summary>Presence makes it an HTTPS router.</summary>
    public RouterTlsConfig? Tls { get; init; }

    /// <summary>Access log, metrics and tracing switches.</summary>
    public RouterObservabilityConfig? Observability { get; init; }

    /// <summary>Parents of a child router. Not settable by tags.</summary>
    public ConfigList<string> ParentRefs { get; init; } = ConfigList<string>.Empty;

    /// <summary>True when the rule was made from the provider's default rule; hidden, but part of equality as in Traefik.</summary>
    public bool DefaultRule { get; init; }
}

/// <summary>TLS settings of a router.</summary>
public sealed record RouterTlsConfig
{
    /// <summary>Reference to a set of TLS options; empty = <c>default</c>.</summary>
    public string? Options { get; init; }

    /// <summary>Name of the certificate resolver.</summary>
    public string? CertResolver { get; init; }

    /// <summary>Names for the resolver instead of those of the rule.</summary>
    public ConfigList<DomainConfig> Domains { get; init; } = ConfigList<DomainConfig>.Empty;
}

/// <summary>A main name with alternatives.</summary>
public sealed record DomainConfig
{
    /// <summary>Main name.</summary>
    public string? Main { get; init; }

    /// <summary>Further names.</summary>
    public ConfigList<string> Sans { get; init; } = ConfigList<string>.Empty;
}

/// <summary>What is recorded about a router's requests; null = as the entry point says, else on.</summary>
public sealed record RouterObservabilityConfig
{
    /// <summary>Access log lines.</summary>
    public bool? AccessLogs { get; init; }

    /// <summary>Metrics.</summary>
    public bool? Metrics { get; init; }

    /// <summary>Traces.</summary>
    public bool? Tracing { get; init; }

    /// <summary><c>minimal</c> or <c>detailed</c>.</summary>
    public string? TraceVerbosity { get; init; }
}
