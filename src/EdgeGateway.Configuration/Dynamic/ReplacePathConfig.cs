using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>replacePath</c>.</summary>
public sealed record ReplacePathConfig
{
    /// <summary>New path; the old one goes to <c>X-Replaced-Path</c>.</summary>
    public string? Path { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ReplacePathConfig> Type { get; } = new ObjectType<ReplacePathConfig>(static () => new())
        .Field("path", ConfigTypes.String, static o => o.Path, static (o, v) => o with { Path = v });
}
