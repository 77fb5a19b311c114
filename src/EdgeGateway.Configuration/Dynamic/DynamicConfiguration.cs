using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Everything that can change while the gateway runs, as one provider gave it or as merged from all.</summary>
public sealed record DynamicConfiguration
{
    /// <summary>HTTP routers, services, middlewares.</summary>
    public HttpConfiguration Http { get; init; } = HttpConfiguration.Empty;

    /// <summary>TCP routers, services, middlewares.</summary>
    public TcpConfiguration Tcp { get; init; } = TcpConfiguration.Empty;

    /// <summary>UDP routers and services.</summary>
    public UdpConfiguration Udp { get; init; } = UdpConfiguration.Empty;

    /// <summary>Certificates, stores and options.</summary>
    public TlsConfiguration Tls { get; init; } = TlsConfiguration.Empty;

    /// <summary>Nothing at all.</summary>
    public static readonly DynamicConfiguration Empty = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<DynamicConfiguration> Type { get; } = new ObjectType<DynamicConfiguration>(static () => new())
        .Field("http", HttpConfiguration.Type, static o => o.Http, static (o, v) => o with { Http = v })
        .Field("tcp", TcpConfiguration.Type, static o => o.Tcp, static (o, v) => o with { Tcp = v })
        .Field("udp", UdpConfiguration.Type, static o => o.Udp, static (o, v) => o with { Udp = v })
        .Field("tls", TlsConfiguration.Type, static o => o.Tls, static (o, v) => o with { Tls = v });
}

/// <summary>The <c>http</c> section.</summary>
public sealed record HttpConfiguration
{
    /// <summary>Routers by name.</summary>
    public ConfigMap<HttpRouterConfig> Routers { get; init; } = ConfigMap<HttpRouterConfig>.Empty;

    /// <summary>Services by name.</summary>
    public ConfigMap<HttpServiceConfig> Services { get; init; } = ConfigMap<HttpServiceConfig>.Empty;

    /// <summary>Middlewares by name.</summary>
    public ConfigMap<MiddlewareConfig> Middlewares { get; init; } = ConfigMap<MiddlewareConfig>.Empty;

    /// <summary>Connection settings towards servers, by name. Not settable by <c>traefik.*</c> tags.</summary>
    public ConfigMap<ServersTransportConfig> ServersTransports { get; init; } = ConfigMap<ServersTransportConfig>.Empty;

    /// <summary>Nothing at all.</summary>
    public static readonly HttpConfiguration Empty = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HttpConfiguration> Type { get; } = new ObjectType<HttpConfiguration>(static () => new())
        .Field("routers", ConfigTypes.ElementsOf(HttpRouterConfig.Type), static o => o.Routers, static (o, v) => o with { Routers = v })
        .Field("services", ConfigTypes.ElementsOf(HttpServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v })
        .Field(
            "middlewares", ConfigTypes.ElementsOf(MiddlewareConfig.Type), static o => o.Middlewares,
            static (o, v) => o with { Middlewares = v })
        .Field(
            "serversTransports", ConfigTypes.ElementsOf(ServersTransportConfig.Type), static o => o.ServersTransports,
            static (o, v) => o with { ServersTransports = v }, FieldOptions.NotByTags);
}
