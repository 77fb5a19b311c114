using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>compress</c>.</summary>
public sealed record CompressConfig
{
    /// <summary>Not compressed; excludes <see cref="IncludedContentTypes"/>.</summary>
    public ConfigList<string> ExcludedContentTypes { get; init; } = ConfigList<string>.Empty;

    /// <summary>Only these are compressed.</summary>
    public ConfigList<string> IncludedContentTypes { get; init; } = ConfigList<string>.Empty;

    /// <summary>Smaller is not compressed; 0 = 1024.</summary>
    public long MinResponseBodyBytes { get; init; }

    /// <summary>In order of preference; others or none = error. Default <c>gzip, br, zstd</c>.</summary>
    public ConfigList<string> Encodings { get; init; } = ["gzip", "br", "zstd"];

    /// <summary>For clients without Accept-Encoding; one of the encodings.</summary>
    public string? DefaultEncoding { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CompressConfig> Type { get; } = new ObjectType<CompressConfig>(static () => new())
        .Field(
            "excludedContentTypes", ConfigTypes.CommaList, static o => o.ExcludedContentTypes,
            static (o, v) => o with { ExcludedContentTypes = v })
        .Field(
            "includedContentTypes", ConfigTypes.CommaList, static o => o.IncludedContentTypes,
            static (o, v) => o with { IncludedContentTypes = v })
        .Field(
            "minResponseBodyBytes", ConfigTypes.Long, static o => o.MinResponseBodyBytes,
            static (o, v) => o with { MinResponseBodyBytes = v })
        .Field("encodings", ConfigTypes.CommaList, static o => o.Encodings, static (o, v) => o with { Encodings = v })
        .Field("defaultEncoding", ConfigTypes.String, static o => o.DefaultEncoding, static (o, v) => o with { DefaultEncoding = v });
}
