using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>contentType</c>.</summary>
public sealed record ContentTypeConfig
{
    /// <summary>Deprecated; false = no detection.</summary>
    public bool? AutoDetect { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ContentTypeConfig> Type { get; } = new ObjectType<ContentTypeConfig>(static () => new())
        .Field("autoDetect", ConfigTypes.OptionalBool, static o => o.AutoDetect, static (o, v) => o with { AutoDetect = v });
}
