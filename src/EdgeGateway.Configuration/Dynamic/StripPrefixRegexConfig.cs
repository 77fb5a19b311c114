using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>stripPrefixRegex</c>.</summary>
public sealed record StripPrefixRegexConfig
{
    /// <summary>RE2 patterns; a match must start the path.</summary>
    public ConfigList<string> Regex { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<StripPrefixRegexConfig> Type { get; } = new ObjectType<StripPrefixRegexConfig>(static () => new())
        .Field("regex", ConfigTypes.CommaList, static o => o.Regex, static (o, v) => o with { Regex = v });
}
