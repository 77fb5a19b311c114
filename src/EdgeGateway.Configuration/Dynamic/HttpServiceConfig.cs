using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One HTTP service; exactly one of its types is set.</summary>
public sealed record HttpServiceConfig
{
    /// <summary>Servers behind a balancer.</summary>
    public LoadBalancerConfig? LoadBalancer { get; init; }

    /// <summary>Other services, one per client address. Not settable by tags.</summary>
    public HighestRandomWeightConfig? HighestRandomWeight { get; init; }

    /// <summary>Other services by weight. Not settable by tags.</summary>
    public WeightedConfig? Weighted { get; init; }

    /// <summary>One service, its requests copied to others. Not settable by tags.</summary>
    public MirroringConfig? Mirroring { get; init; }

    /// <summary>A second service when the first is down. Not settable by tags.</summary>
    public FailoverConfig? Failover { get; init; }

    /// <summary>Middlewares between the router's and the balancer.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HttpServiceConfig> Type { get; } = new ObjectType<HttpServiceConfig>(static () => new())
        .Field("loadBalancer", LoadBalancerConfig.Type, static o => o.LoadBalancer, static (o, v) => o with { LoadBalancer = v })
        .Field(
            "highestRandomWeight", HighestRandomWeightConfig.Type, static o => o.HighestRandomWeight,
            static (o, v) => o with { HighestRandomWeight = v }, FieldOptions.NotByTags)
        .Field("weighted", WeightedConfig.Type, static o => o.Weighted, static (o, v) => o with { Weighted = v }, FieldOptions.NotByTags)
        .Field(
            "mirroring", MirroringConfig.Type, static o => o.Mirroring, static (o, v) => o with { Mirroring = v }, FieldOptions.NotByTags)
        .Field("failover", FailoverConfig.Type, static o => o.Failover, static (o, v) => o with { Failover = v }, FieldOptions.NotByTags)
        .Field("middlewares", ConfigTypes.CommaList, static o => o.Middlewares, static (o, v) => o with { Middlewares = v });
}

/// <summary>Servers behind a balancer.</summary>
public sealed record LoadBalancerConfig
{
    /// <summary>Keeps a client on one server; ignored by <c>hrw</c>.</summary>
    public StickyConfig? Sticky { get; init; }

    /// <summary>The servers; none = 503.</summary>
    public ConfigList<ServerConfig> Servers { get; init; } = ConfigList<ServerConfig>.Empty;

    /// <summary><c>wrr</c> (default, also when empty), <c>p2c</c>, <c>hrw</c>, <c>leasttime</c>.</summary>
    public string? Strategy { get; init; } = "wrr";

    /// <summary>Active health check.</summary>
    public HealthCheckConfig? HealthCheck { get; init; }

    /// <summary>Health learned from the traffic.</summary>
    public PassiveHealthCheckConfig? PassiveHealthCheck { get; init; }

    /// <summary>True (default): the server sees the client's Host; false: its own authority.</summary>
    public bool? PassHostHeader { get; init; } = true;

    /// <summary>How response bytes are flushed.</summary>
    public ResponseForwardingConfig? ResponseForwarding { get; init; } = ResponseForwardingConfig.Default;

    /// <summary>Reference to a servers transport; empty = <c>default@internal</c>.</summary>
    public string? ServersTransport { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<LoadBalancerConfig> Type { get; } = new ObjectType<LoadBalancerConfig>(static () => new())
        .Field("sticky", StickyConfig.Type, static o => o.Sticky, static (o, v) => o with { Sticky = v }, FieldOptions.AllowEmpty)
        .Field(
            "servers", ConfigTypes.SingleItemListOf(ServerConfig.Type), static o => o.Servers,
            static (o, v) => o with { Servers = v }, tagName: "server")
        .Field("strategy", ConfigTypes.String, static o => o.Strategy, static (o, v) => o with { Strategy = v })
        .Field("healthCheck", HealthCheckConfig.Type, static o => o.HealthCheck, static (o, v) => o with { HealthCheck = v })
        .Field(
            "passiveHealthCheck", PassiveHealthCheckConfig.Type, static o => o.PassiveHealthCheck,
            static (o, v) => o with { PassiveHealthCheck = v })
        .Field("passHostHeader", ConfigTypes.OptionalBool, static o => o.PassHostHeader, static (o, v) => o with { PassHostHeader = v })
        .Field(
            "responseForwarding", ResponseForwardingConfig.Type, static o => o.ResponseForwarding,
            static (o, v) => o with { ResponseForwarding = v })
        .Field("serversTransport", ConfigTypes.String, static o => o.ServersTransport, static (o, v) => o with { ServersTransport = v });
}

/// <summary>One server.</summary>
public sealed record ServerConfig
{
    /// <summary><c>http</c>, <c>https</c> or <c>h2c</c> URL; the path counts only with <see cref="PreservePath"/>.</summary>
    public string? Url { get; init; }

    /// <summary>Share of the requests; null = 1, 0 or less = unused.</summary>
    public long? Weight { get; init; }

    /// <summary>True: the URL's path is put before the request's.</summary>
    public bool PreservePath { get; init; }

    /// <summary>Tags only: scheme of the URL made from the instance; default http.</summary>
    public string? Scheme { get; init; }

    /// <summary>Tags only: port of the URL instead of the instance's.</summary>
    public string? Port { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ServerConfig> Type { get; } = new ObjectType<ServerConfig>(static () => new())
        .Field("url", ConfigTypes.String, static o => o.Url, static (o, v) => o with { Url = v })
        .Field("weight", ConfigTypes.OptionalLong, static o => o.Weight, static (o, v) => o with { Weight = v })
        .Field("preservePath", ConfigTypes.Bool, static o => o.PreservePath, static (o, v) => o with { PreservePath = v })
        .Field("scheme", ConfigTypes.String, static o => o.Scheme, static (o, v) => o with { Scheme = v }, FieldOptions.OnlyByTags)
        .Field("port", ConfigTypes.String, static o => o.Port, static (o, v) => o with { Port = v }, FieldOptions.OnlyByTags);
}

/// <summary>How response bytes are flushed.</summary>
public sealed record ResponseForwardingConfig
{
    /// <summary>Nothing set.</summary>
    public static readonly ResponseForwardingConfig Default = new();

    /// <summary>Bytes wait at most so long; negative = flushed at once. Streaming responses always are. Default 100 ms.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ResponseForwardingConfig> Type { get; } = new ObjectType<ResponseForwardingConfig>(static () => new())
        .Field("flushInterval", ConfigTypes.Duration, static o => o.FlushInterval, static (o, v) => o with { FlushInterval = v });
}
