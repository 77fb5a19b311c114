using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>The <c>tcp</c> section.</summary>
public sealed record TcpConfiguration
{
    /// <summary>Routers by name.</summary>
    public ConfigMap<TcpRouterConfig> Routers { get; init; } = ConfigMap<TcpRouterConfig>.Empty;

    /// <summary>Services by name.</summary>
    public ConfigMap<TcpServiceConfig> Services { get; init; } = ConfigMap<TcpServiceConfig>.Empty;

    /// <summary>Middlewares by name.</summary>
    public ConfigMap<TcpMiddlewareConfig> Middlewares { get; init; } = ConfigMap<TcpMiddlewareConfig>.Empty;

    /// <summary>Connection settings towards servers, by name. Not settable by tags.</summary>
    public ConfigMap<TcpServersTransportConfig> ServersTransports { get; init; } = ConfigMap<TcpServersTransportConfig>.Empty;

    /// <summary>Nothing at all.</summary>
    public static readonly TcpConfiguration Empty = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpConfiguration> Type { get; } = new ObjectType<TcpConfiguration>(static () => new())
        .Field("routers", ConfigTypes.ElementsOf(TcpRouterConfig.Type), static o => o.Routers, static (o, v) => o with { Routers = v })
        .Field("services", ConfigTypes.ElementsOf(TcpServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v })
        .Field(
            "middlewares", ConfigTypes.ElementsOf(TcpMiddlewareConfig.Type), static o => o.Middlewares,
            static (o, v) => o with { Middlewares = v })
        .Field(
            "serversTransports", ConfigTypes.ElementsOf(TcpServersTransportConfig.Type), static o => o.ServersTransports,
            static (o, v) => o with { ServersTransports = v }, FieldOptions.NotByTags);
}
