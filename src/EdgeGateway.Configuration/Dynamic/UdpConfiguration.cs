using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>The <c>udp</c> section.</summary>
public sealed record UdpConfiguration
{
    /// <summary>Routers by name; one per entry point is used, the greatest qualified name wins.</summary>
    public ConfigMap<UdpRouterConfig> Routers { get; init; } = ConfigMap<UdpRouterConfig>.Empty;

    /// <summary>Services by name.</summary>
    public ConfigMap<UdpServiceConfig> Services { get; init; } = ConfigMap<UdpServiceConfig>.Empty;

    /// <summary>Nothing at all.</summary>
    public static readonly UdpConfiguration Empty = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpConfiguration> Type { get; } = new ObjectType<UdpConfiguration>(static () => new())
        .Field("routers", ConfigTypes.ElementsOf(UdpRouterConfig.Type), static o => o.Routers, static (o, v) => o with { Routers = v })
        .Field("services", ConfigTypes.ElementsOf(UdpServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v });
}

/// <summary>One UDP router.</summary>
public sealed record UdpRouterConfig
{
    /// <summary>Entry points it listens on; empty = all UDP entry points.</summary>
    public ConfigList<string> EntryPoints { get; init; } = ConfigList<string>.Empty;

    /// <summary>Service reference.</summary>
    public string? Service { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpRouterConfig> Type { get; } = new ObjectType<UdpRouterConfig>(static () => new())
        .Field("entryPoints", ConfigTypes.CommaList, static o => o.EntryPoints, static (o, v) => o with { EntryPoints = v })
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v });
}

/// <summary>One UDP service; exactly one of its types is set.</summary>
public sealed record UdpServiceConfig
{
    /// <summary>Servers behind a balancer.</summary>
    public UdpLoadBalancerConfig? LoadBalancer { get; init; }

    /// <summary>Other services by weight. Not settable by tags.</summary>
    public UdpWeightedConfig? Weighted { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpServiceConfig> Type { get; } = new ObjectType<UdpServiceConfig>(static () => new())
        .Field("loadBalancer", UdpLoadBalancerConfig.Type, static o => o.LoadBalancer, static (o, v) => o with { LoadBalancer = v })
        .Field("weighted", UdpWeightedConfig.Type, static o => o.Weighted, static (o, v) => o with { Weighted = v }, FieldOptions.NotByTags);
}

/// <summary>Servers behind a balancer.</summary>
public sealed record UdpLoadBalancerConfig
{
    /// <summary>The servers.</summary>
    public ConfigList<UdpServerConfig> Servers { get; init; } = ConfigList<UdpServerConfig>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpLoadBalancerConfig> Type { get; } = new ObjectType<UdpLoadBalancerConfig>(static () => new())
        .Field(
            "servers", ConfigTypes.SingleItemListOf(UdpServerConfig.Type), static o => o.Servers,
            static (o, v) => o with { Servers = v }, tagName: "server");
}

/// <summary>One server.</summary>
public sealed record UdpServerConfig
{
    /// <summary><c>host:port</c>. Not settable by tags: it is made from the instance.</summary>
    public string? Address { get; init; }

    /// <summary>Tags only: overrides the port of the instance.</summary>
    public string? Port { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpServerConfig> Type { get; } = new ObjectType<UdpServerConfig>(static () => new())
        .Field("address", ConfigTypes.String, static o => o.Address, static (o, v) => o with { Address = v }, FieldOptions.NotByTags)
        .Field("port", ConfigTypes.String, static o => o.Port, static (o, v) => o with { Port = v }, FieldOptions.OnlyByTags);
}

/// <summary>Other services by weight.</summary>
public sealed record UdpWeightedConfig
{
    /// <summary>The services.</summary>
    public ConfigList<WeightedServiceConfig> Services { get; init; } = ConfigList<WeightedServiceConfig>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<UdpWeightedConfig> Type { get; } = new ObjectType<UdpWeightedConfig>(static () => new())
        .Field("services", ConfigTypes.ListOf(WeightedServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v });
}
