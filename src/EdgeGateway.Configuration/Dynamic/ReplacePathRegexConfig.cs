using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>replacePathRegex</c>.</summary>
public sealed record ReplacePathRegexConfig
{
    /// <summary>RE2 pattern on the escaped path.</summary>
    public string? Regex { get; init; }

    /// <summary>With <c>$1</c> or <c>${1}</c>.</summary>
    public string? Replacement { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ReplacePathRegexConfig> Type { get; } = new ObjectType<ReplacePathRegexConfig>(static () => new())
        .Field("regex", ConfigTypes.String, static o => o.Regex, static (o, v) => o with { Regex = v })
        .Field("replacement", ConfigTypes.String, static o => o.Replacement, static (o, v) => o with { Replacement = v });
}
