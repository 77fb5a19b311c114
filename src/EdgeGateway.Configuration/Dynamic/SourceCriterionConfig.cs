using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>How requests are grouped; one member only.</summary>
public sealed record SourceCriterionConfig
{
    /// <summary>By client address.</summary>
    public IPStrategyConfig? IpStrategy { get; init; }

    /// <summary>By the value of this header.</summary>
    public string? RequestHeaderName { get; init; }

    /// <summary>By the request's host.</summary>
    public bool RequestHost { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<SourceCriterionConfig> Type { get; } = new ObjectType<SourceCriterionConfig>(static () => new())
        .Field("ipStrategy", IPStrategyConfig.Type, static o => o.IpStrategy, static (o, v) => o with { IpStrategy = v })
        .Field("requestHeaderName", ConfigTypes.String, static o => o.RequestHeaderName, static (o, v) => o with { RequestHeaderName = v })
        .Field("requestHost", ConfigTypes.Bool, static o => o.RequestHost, static (o, v) => o with { RequestHost = v });
}

/// <summary>Which address is the client's; nothing set = the connection's peer.</summary>
public sealed record IPStrategyConfig
{
    /// <summary>n-th X-Forwarded-For entry from the right; 0 = off.</summary>
    public int Depth { get; init; }

    /// <summary>First entry from the right that is none of these; ignored with a depth.</summary>
    public ConfigList<string> ExcludedIPs { get; init; } = ConfigList<string>.Empty;

    /// <summary>IPv6 addresses are cut to this prefix length, 1–128.</summary>
    public int? Ipv6Subnet { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<IPStrategyConfig> Type { get; } = new ObjectType<IPStrategyConfig>(static () => new())
        .Field("depth", ConfigTypes.Int, static o => o.Depth, static (o, v) => o with { Depth = v })
        .Field("excludedIPs", ConfigTypes.CommaList, static o => o.ExcludedIPs, static (o, v) => o with { ExcludedIPs = v })
        .Field("ipv6Subnet", ConfigTypes.OptionalInt, static o => o.Ipv6Subnet, static (o, v) => o with { Ipv6Subnet = v });
}
