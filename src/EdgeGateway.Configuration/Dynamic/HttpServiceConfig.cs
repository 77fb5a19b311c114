namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One HTTP service; exactly one of its types is set.</summary>
public sealed record HttpServiceConfig
{
    /// <summary>Servers behind a balancer.</summary>
    public LoadBalancerConfig? LoadBalancer { get; init; }

    /// <summary>Middlewares between the router's and the balancer.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;
}

/// <summary>Servers behind a balancer.</summary>
public sealed record LoadBalancerConfig
{
    /// <summary>The servers; none = 503.</summary>
    public ConfigList<ServerConfig> Servers { get; init; } = ConfigList<ServerConfig>.Empty;

    /// <summary><c>wrr</c> (default, also when empty), <c>p2c</c>, <c>hrw</c>, <c>leasttime</c>.</summary>
    public string? Strategy { get; init; } = "wrr";

    /// <summary>True (default): the server sees the client's Host; false: its own authority.</summary>
    public bool? PassHostHeader { get; init; } = true;

    /// <summary>Reference to a servers transport; empty = <c>default@internal</c>.</summary>
    public string? ServersTransport { get; init; }
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
}

/// <summary>Connection settings towards servers.</summary>
public sealed record ServersTransportConfig
{
    /// <summary>SNI and the name to verify; empty = host of the server URL.</summary>
    public string? ServerName { get; init; }

    /// <summary>True: the server's certificate is not verified. Default false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Trusted roots, path or PEM; empty = system.</summary>
    public ConfigList<string> RootCAs { get; init; } = ConfigList<string>.Empty;

    /// <summary>Idle connections kept per server; 0 = 200, negative = none.</summary>
    public long MaxIdleConnsPerHost { get; init; }

    /// <summary>True: no HTTP/2 over TLS to servers.</summary>
    public bool DisableHTTP2 { get; init; }

    /// <summary>Time limits.</summary>
    public ForwardingTimeoutsConfig ForwardingTimeouts { get; init; } = new();
}

/// <summary>Time limits towards a server.</summary>
public sealed record ForwardingTimeoutsConfig
{
    /// <summary>Connecting; 0 = no limit. Default 30 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the request's end to the response head; 0 (default) = no limit.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; }

    /// <summary>An idle connection is closed after it. Default 90 s.</summary>
    public TimeSpan IdleConnTimeout { get; init; } = TimeSpan.FromSeconds(90);
}
