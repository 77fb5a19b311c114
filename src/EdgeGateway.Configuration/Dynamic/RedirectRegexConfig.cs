using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>redirectRegex</c>.</summary>
public sealed record RedirectRegexConfig
{
    /// <summary>RE2 pattern on the full URL.</summary>
    public string? Regex { get; init; }

    /// <summary>With <c>$1</c> or <c>${1}</c>.</summary>
    public string? Replacement { get; init; }

    /// <summary>301/308 instead of 302/307.</summary>
    public bool Permanent { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RedirectRegexConfig> Type { get; } = new ObjectType<RedirectRegexConfig>(static () => new())
        .Field("regex", ConfigTypes.String, static o => o.Regex, static (o, v) => o with { Regex = v })
        .Field("replacement", ConfigTypes.String, static o => o.Replacement, static (o, v) => o with { Replacement = v })
        .Field("permanent", ConfigTypes.Bool, static o => o.Permanent, static (o, v) => o with { Permanent = v });
}
