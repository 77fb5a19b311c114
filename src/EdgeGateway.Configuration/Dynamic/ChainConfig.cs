using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>chain</c>.</summary>
public sealed record ChainConfig
{
    /// <summary>References in order; unqualified names belong to the chain's provider.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ChainConfig> Type { get; } = new ObjectType<ChainConfig>(static () => new())
        .Field("middlewares", ConfigTypes.CommaList, static o => o.Middlewares, static (o, v) => o with { Middlewares = v });
}
