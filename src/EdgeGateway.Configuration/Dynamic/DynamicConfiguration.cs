namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Everything that can change while the gateway runs, as one provider gave it or as merged from all.</summary>
public sealed record DynamicConfiguration
{
    /// <summary>Nothing at all.</summary>
    public static readonly DynamicConfiguration Empty = new();

    /// <summary>HTTP routers, services, middlewares.</summary>
    public HttpConfiguration Http { get; init; } = HttpConfiguration.Empty;
}

/// <summary>The <c>http</c> section.</summary>
public sealed record HttpConfiguration
{
    /// <summary>Nothing at all.</summary>
    public static readonly HttpConfiguration Empty = new();

    /// <summary>Routers by name.</summary>
    public ConfigMap<HttpRouterConfig> Routers { get; init; } = ConfigMap<HttpRouterConfig>.Empty;

    /// <summary>Services by name.</summary>
    public ConfigMap<HttpServiceConfig> Services { get; init; } = ConfigMap<HttpServiceConfig>.Empty;

    /// <summary>Middlewares by name.</summary>
    public ConfigMap<MiddlewareConfig> Middlewares { get; init; } = ConfigMap<MiddlewareConfig>.Empty;

    /// <summary>Connection settings towards servers, by name. Not settable by <c>traefik.*</c> tags.</summary>
    public ConfigMap<ServersTransportConfig> ServersTransports { get; init; } = ConfigMap<ServersTransportConfig>.Empty;
}
