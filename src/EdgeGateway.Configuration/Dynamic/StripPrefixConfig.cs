using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>stripPrefix</c>.</summary>
public sealed record StripPrefixConfig
{
    /// <summary>Text prefixes, the first that matches is removed.</summary>
    public ConfigList<string> Prefixes { get; init; } = ConfigList<string>.Empty;

    /// <summary>Deprecated: true keeps a leading slash.</summary>
    public bool? ForceSlash { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<StripPrefixConfig> Type { get; } = new ObjectType<StripPrefixConfig>(static () => new())
        .Field("prefixes", ConfigTypes.CommaList, static o => o.Prefixes, static (o, v) => o with { Prefixes = v })
        .Field("forceSlash", ConfigTypes.OptionalBool, static o => o.ForceSlash, static (o, v) => o with { ForceSlash = v });
}
