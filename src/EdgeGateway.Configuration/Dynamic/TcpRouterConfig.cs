using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One TCP router.</summary>
public sealed record TcpRouterConfig
{
    /// <summary>Entry points it listens on; empty = all default entry points.</summary>
    public ConfigList<string> EntryPoints { get; init; } = ConfigList<string>.Empty;

    /// <summary>Middleware references, outermost first.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;

    /// <summary>Service reference.</summary>
    public string? Service { get; init; }

    /// <summary>The rule; required.</summary>
    public string? Rule { get; init; }

    /// <summary><c>v3</c> (default) or <c>v2</c>. Deprecated.</summary>
    public string? RuleSyntax { get; init; }

    /// <summary>Higher is tried first; 0 = length of the rule, −1 for <c>HostSNI(`*`)</c> alone.</summary>
    public long Priority { get; init; }

    /// <summary>Absent = raw TCP.</summary>
    public TcpRouterTlsConfig? Tls { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpRouterConfig> Type { get; } = new ObjectType<TcpRouterConfig>(static () => new())
        .Field("entryPoints", ConfigTypes.CommaList, static o => o.EntryPoints, static (o, v) => o with { EntryPoints = v })
        .Field("middlewares", ConfigTypes.CommaList, static o => o.Middlewares, static (o, v) => o with { Middlewares = v })
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v })
        .Field("rule", ConfigTypes.String, static o => o.Rule, static (o, v) => o with { Rule = v })
        .Field("ruleSyntax", ConfigTypes.String, static o => o.RuleSyntax, static (o, v) => o with { RuleSyntax = v })
        .Field("priority", ConfigTypes.Long, static o => o.Priority, static (o, v) => o with { Priority = v })
        .Field("tls", TcpRouterTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v }, FieldOptions.AllowEmpty);
}

/// <summary>TLS settings of a TCP router.</summary>
public sealed record TcpRouterTlsConfig
{
    /// <summary>True: bytes are forwarded encrypted.</summary>
    public bool Passthrough { get; init; }

    /// <summary>Reference to a set of TLS options; empty = <c>default</c>.</summary>
    public string? Options { get; init; }

    /// <summary>Name of the certificate resolver.</summary>
    public string? CertResolver { get; init; }

    /// <summary>Names for the resolver instead of those of the rule.</summary>
    public ConfigList<DomainConfig> Domains { get; init; } = ConfigList<DomainConfig>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpRouterTlsConfig> Type { get; } = new ObjectType<TcpRouterTlsConfig>(static () => new())
        .Field("passthrough", ConfigTypes.Bool, static o => o.Passthrough, static (o, v) => o with { Passthrough = v })
        .Field("options", ConfigTypes.String, static o => o.Options, static (o, v) => o with { Options = v })
        .Field("certResolver", ConfigTypes.String, static o => o.CertResolver, static (o, v) => o with { CertResolver = v })
        .Field("domains", ConfigTypes.ListOf(DomainConfig.Type), static o => o.Domains, static (o, v) => o with { Domains = v });
}
