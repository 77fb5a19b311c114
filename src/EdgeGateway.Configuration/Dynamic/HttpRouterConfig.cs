using EdgeGateway.Configuration.Sources;

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

    /// <summary>Parents of a child router. Not settable by tags.</summary>
    public ConfigList<string> ParentRefs { get; init; } = ConfigList<string>.Empty;

    /// <summary><c>v3</c> (default) or <c>v2</c>. Deprecated.</summary>
    public string? RuleSyntax { get; init; }

    /// <summary>Higher is tried first; 0 = length of the rule in UTF-8 bytes.</summary>
    public long Priority { get; init; }

    /// <summary>Presence makes it an HTTPS router.</summary>
    public RouterTlsConfig? Tls { get; init; }

    /// <summary>Access log, metrics and tracing switches.</summary>
    public RouterObservabilityConfig? Observability { get; init; }

    /// <summary>True when the rule was made from the provider's default rule; hidden, but part of equality as in Traefik.</summary>
    public bool DefaultRule { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HttpRouterConfig> Type { get; } = new ObjectType<HttpRouterConfig>(static () => new())
        .Field("entryPoints", ConfigTypes.CommaList, static o => o.EntryPoints, static (o, v) => o with { EntryPoints = v })
        .Field("middlewares", ConfigTypes.CommaList, static o => o.Middlewares, static (o, v) => o with { Middlewares = v })
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v })
        .Field("rule", ConfigTypes.String, static o => o.Rule, static (o, v) => o with { Rule = v })
        .Field(
            "parentRefs", ConfigTypes.CommaList, static o => o.ParentRefs,
            static (o, v) => o with { ParentRefs = v }, FieldOptions.NotByTags)
        .Field("ruleSyntax", ConfigTypes.String, static o => o.RuleSyntax, static (o, v) => o with { RuleSyntax = v })
        .Field("priority", ConfigTypes.Long, static o => o.Priority, static (o, v) => o with { Priority = v })
        .Field("tls", RouterTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v }, FieldOptions.AllowEmpty)
        .Field("observability", RouterObservabilityConfig.Type, static o => o.Observability, static (o, v) => o with { Observability = v });
}

/// <summary>TLS settings of an HTTP router.</summary>
public sealed record RouterTlsConfig
{
    /// <summary>Reference to a set of TLS options; empty = <c>default</c>.</summary>
    public string? Options { get; init; }

    /// <summary>Name of the certificate resolver.</summary>
    public string? CertResolver { get; init; }

    /// <summary>Names for the resolver instead of those of the rule.</summary>
    public ConfigList<DomainConfig> Domains { get; init; } = ConfigList<DomainConfig>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RouterTlsConfig> Type { get; } = new ObjectType<RouterTlsConfig>(static () => new())
        .Field("options", ConfigTypes.String, static o => o.Options, static (o, v) => o with { Options = v })
        .Field("certResolver", ConfigTypes.String, static o => o.CertResolver, static (o, v) => o with { CertResolver = v })
        .Field("domains", ConfigTypes.ListOf(DomainConfig.Type), static o => o.Domains, static (o, v) => o with { Domains = v });
}

/// <summary>A main name with alternatives.</summary>
public sealed record DomainConfig
{
    /// <summary>Main name.</summary>
    public string? Main { get; init; }

    /// <summary>Further names.</summary>
    public ConfigList<string> Sans { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<DomainConfig> Type { get; } = new ObjectType<DomainConfig>(static () => new())
        .Field("main", ConfigTypes.String, static o => o.Main, static (o, v) => o with { Main = v })
        .Field("sans", ConfigTypes.CommaList, static o => o.Sans, static (o, v) => o with { Sans = v });
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RouterObservabilityConfig> Type { get; } = new ObjectType<RouterObservabilityConfig>(static () => new())
        .Field("accessLogs", ConfigTypes.OptionalBool, static o => o.AccessLogs, static (o, v) => o with { AccessLogs = v })
        .Field("metrics", ConfigTypes.OptionalBool, static o => o.Metrics, static (o, v) => o with { Metrics = v })
        .Field("tracing", ConfigTypes.OptionalBool, static o => o.Tracing, static (o, v) => o with { Tracing = v })
        .Field("traceVerbosity", ConfigTypes.String, static o => o.TraceVerbosity, static (o, v) => o with { TraceVerbosity = v });
}
