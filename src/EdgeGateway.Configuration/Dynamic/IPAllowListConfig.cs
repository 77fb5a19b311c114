using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>ipAllowList</c>.</summary>
public sealed record IPAllowListConfig
{
    /// <summary>Addresses and networks; required.</summary>
    public ConfigList<string> SourceRange { get; init; } = ConfigList<string>.Empty;

    /// <summary>Which address is the client's; default the peer.</summary>
    public IPStrategyConfig? IpStrategy { get; init; }

    /// <summary>Status of a refusal; 0 = 403.</summary>
    public long RejectStatusCode { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<IPAllowListConfig> Type { get; } = new ObjectType<IPAllowListConfig>(static () => new())
        .Field("sourceRange", ConfigTypes.CommaList, static o => o.SourceRange, static (o, v) => o with { SourceRange = v })
        .Field(
            "ipStrategy", IPStrategyConfig.Type, static o => o.IpStrategy,
            static (o, v) => o with { IpStrategy = v }, FieldOptions.AllowEmpty)
        .Field("rejectStatusCode", ConfigTypes.Long, static o => o.RejectStatusCode, static (o, v) => o with { RejectStatusCode = v });
}

/// <summary><c>ipWhiteList</c>, deprecated; always 403.</summary>
public sealed record IPWhiteListConfig
{
    /// <summary>Addresses and networks; required.</summary>
    public ConfigList<string> SourceRange { get; init; } = ConfigList<string>.Empty;

    /// <summary>Which address is the client's; default the peer.</summary>
    public IPStrategyConfig? IpStrategy { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<IPWhiteListConfig> Type { get; } = new ObjectType<IPWhiteListConfig>(static () => new())
        .Field("sourceRange", ConfigTypes.CommaList, static o => o.SourceRange, static (o, v) => o with { SourceRange = v })
        .Field(
            "ipStrategy", IPStrategyConfig.Type, static o => o.IpStrategy,
            static (o, v) => o with { IpStrategy = v }, FieldOptions.AllowEmpty);
}
