using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One TCP middleware; of two types in one the last of inFlightConn, ipWhiteList, ipAllowList wins.</summary>
public sealed record TcpMiddlewareConfig
{
    /// <summary>Limits connections per client.</summary>
    public InFlightConnConfig? InFlightConn { get; init; }

    /// <summary>Deprecated name of <see cref="IpAllowList"/>.</summary>
    public TcpIPAllowListConfig? IpWhiteList { get; init; }

    /// <summary>Closes connections of other addresses.</summary>
    public TcpIPAllowListConfig? IpAllowList { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpMiddlewareConfig> Type { get; } = new ObjectType<TcpMiddlewareConfig>(static () => new())
        .Field("inFlightConn", InFlightConnConfig.Type, static o => o.InFlightConn, static (o, v) => o with { InFlightConn = v })
        .Field("ipWhiteList", TcpIPAllowListConfig.Type, static o => o.IpWhiteList, static (o, v) => o with { IpWhiteList = v })
        .Field("ipAllowList", TcpIPAllowListConfig.Type, static o => o.IpAllowList, static (o, v) => o with { IpAllowList = v });
}

/// <summary>Limits connections per client address.</summary>
public sealed record InFlightConnConfig
{
    /// <summary>Connections allowed; more are closed. Default 0 = none.</summary>
    public long Amount { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<InFlightConnConfig> Type { get; } = new ObjectType<InFlightConnConfig>(static () => new())
        .Field("amount", ConfigTypes.Long, static o => o.Amount, static (o, v) => o with { Amount = v });
}

/// <summary>Addresses that may connect.</summary>
public sealed record TcpIPAllowListConfig
{
    /// <summary>Addresses and networks; required.</summary>
    public ConfigList<string> SourceRange { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpIPAllowListConfig> Type { get; } = new ObjectType<TcpIPAllowListConfig>(static () => new())
        .Field("sourceRange", ConfigTypes.CommaList, static o => o.SourceRange, static (o, v) => o with { SourceRange = v });
}
