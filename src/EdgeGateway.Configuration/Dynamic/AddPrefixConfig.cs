using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>addPrefix</c>.</summary>
public sealed record AddPrefixConfig
{
    /// <summary>Required; a leading slash is added if missing.</summary>
    public string? Prefix { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AddPrefixConfig> Type { get; } = new ObjectType<AddPrefixConfig>(static () => new())
        .Field("prefix", ConfigTypes.String, static o => o.Prefix, static (o, v) => o with { Prefix = v });
}
