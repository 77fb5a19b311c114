using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One TCP service; exactly one of its types is set.</summary>
public sealed record TcpServiceConfig
{
    /// <summary>Servers behind a balancer.</summary>
    public TcpLoadBalancerConfig? LoadBalancer { get; init; }

    /// <summary>Other services by weight. Not settable by tags.</summary>
    public TcpWeightedConfig? Weighted { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpServiceConfig> Type { get; } = new ObjectType<TcpServiceConfig>(static () => new())
        .Field("loadBalancer", TcpLoadBalancerConfig.Type, static o => o.LoadBalancer, static (o, v) => o with { LoadBalancer = v })
        .Field("weighted", TcpWeightedConfig.Type, static o => o.Weighted, static (o, v) => o with { Weighted = v }, FieldOptions.NotByTags);
}

/// <summary>Servers behind a balancer.</summary>
public sealed record TcpLoadBalancerConfig
{
    /// <summary>The servers; none = the connection is closed.</summary>
    public ConfigList<TcpServerConfig> Servers { get; init; } = ConfigList<TcpServerConfig>.Empty;

    /// <summary>Reference to a servers transport; empty = <c>default@internal</c>.</summary>
    public string? ServersTransport { get; init; }

    /// <summary>PROXY header towards servers. Deprecated here.</summary>
    public ProxyProtocolConfig? ProxyProtocol { get; init; }

    /// <summary>Deprecated. Milliseconds (Traefik uses it as nanoseconds); ignored with a servers transport.</summary>
    public long? TerminationDelay { get; init; }

    /// <summary>Connect check.</summary>
    public TcpHealthCheckConfig? HealthCheck { get; init; }

    /// <summary>A connection without a byte either way for so long is closed; 0 = never. Default <c>edge.tcp.idleTimeout</c>. Ours.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>A connection is closed after so long; 0 = never. Default <c>edge.tcp.sessionTimeout</c>. Ours.</summary>
    public TimeSpan? SessionTimeout { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpLoadBalancerConfig> Type { get; } = new ObjectType<TcpLoadBalancerConfig>(static () => new())
        .Field(
            "servers", ConfigTypes.SingleItemListOf(TcpServerConfig.Type), static o => o.Servers,
            static (o, v) => o with { Servers = v }, tagName: "server")
        .Field("serversTransport", ConfigTypes.String, static o => o.ServersTransport, static (o, v) => o with { ServersTransport = v })
        .Field(
            "proxyProtocol", ProxyProtocolConfig.Type, static o => o.ProxyProtocol,
            static (o, v) => o with { ProxyProtocol = v }, FieldOptions.AllowEmpty)
        .Field(
            "terminationDelay", ConfigTypes.OptionalLong, static o => o.TerminationDelay,
            static (o, v) => o with { TerminationDelay = v })
        .Field(
            "healthCheck", TcpHealthCheckConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty)
        .Field("idleTimeout", ConfigTypes.OptionalDuration, static o => o.IdleTimeout, static (o, v) => o with { IdleTimeout = v })
        .Field("sessionTimeout", ConfigTypes.OptionalDuration, static o => o.SessionTimeout, static (o, v) => o with { SessionTimeout = v });
}

/// <summary>One server.</summary>
public sealed record TcpServerConfig
{
    /// <summary><c>host:port</c>. Not settable by tags: it is made from the instance.</summary>
    public string? Address { get; init; }

    /// <summary>Tags only: overrides the port of the instance.</summary>
    public string? Port { get; init; }

    /// <summary>TLS to the server.</summary>
    public bool Tls { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpServerConfig> Type { get; } = new ObjectType<TcpServerConfig>(static () => new())
        .Field("address", ConfigTypes.String, static o => o.Address, static (o, v) => o with { Address = v }, FieldOptions.NotByTags)
        .Field("port", ConfigTypes.String, static o => o.Port, static (o, v) => o with { Port = v }, FieldOptions.OnlyByTags)
        .Field("tls", ConfigTypes.Bool, static o => o.Tls, static (o, v) => o with { Tls = v });
}

/// <summary>PROXY header towards servers.</summary>
public sealed record ProxyProtocolConfig
{
    /// <summary>1 or 2. Default 2.</summary>
    public long Version { get; init; } = 2;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ProxyProtocolConfig> Type { get; } = new ObjectType<ProxyProtocolConfig>(static () => new())
        .Field("version", ConfigTypes.Long, static o => o.Version, static (o, v) => o with { Version = v });
}

/// <summary>Connect check of TCP servers.</summary>
public sealed record TcpHealthCheckConfig
{
    /// <summary>Default: the server's.</summary>
    public long Port { get; init; }

    /// <summary>Text to send.</summary>
    public string? Send { get; init; }

    /// <summary>Text that the answer must begin with.</summary>
    public string? Expect { get; init; }

    /// <summary>Between checks of a healthy server. Default 30 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between checks of an unhealthy server; default the interval.</summary>
    public TimeSpan? UnhealthyInterval { get; init; }

    /// <summary>Of one check. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpHealthCheckConfig> Type { get; } = new ObjectType<TcpHealthCheckConfig>(static () => new())
        .Field("port", ConfigTypes.Long, static o => o.Port, static (o, v) => o with { Port = v })
        .Field("send", ConfigTypes.String, static o => o.Send, static (o, v) => o with { Send = v })
        .Field("expect", ConfigTypes.String, static o => o.Expect, static (o, v) => o with { Expect = v })
        .Field("interval", ConfigTypes.Duration, static o => o.Interval, static (o, v) => o with { Interval = v })
        .Field(
            "unhealthyInterval", ConfigTypes.OptionalDuration, static o => o.UnhealthyInterval,
            static (o, v) => o with { UnhealthyInterval = v })
        .Field("timeout", ConfigTypes.Duration, static o => o.Timeout, static (o, v) => o with { Timeout = v });
}

/// <summary>Other services by weight.</summary>
public sealed record TcpWeightedConfig
{
    /// <summary>The services.</summary>
    public ConfigList<WeightedServiceConfig> Services { get; init; } = ConfigList<WeightedServiceConfig>.Empty;

    /// <summary>Members report their health.</summary>
    public HealthCheckReportConfig? HealthCheck { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpWeightedConfig> Type { get; } = new ObjectType<TcpWeightedConfig>(static () => new())
        .Field("services", ConfigTypes.ListOf(WeightedServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v })
        .Field(
            "healthCheck", HealthCheckReportConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty);
}
