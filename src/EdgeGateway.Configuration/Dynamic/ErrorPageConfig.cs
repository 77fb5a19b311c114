using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>errors</c>.</summary>
public sealed record ErrorPageConfig
{
    /// <summary>Codes or ranges, such as <c>500-599</c>.</summary>
    public ConfigList<string> Status { get; init; } = ConfigList<string>.Empty;

    /// <summary>Status to answer by code or range.</summary>
    public ConfigMap<long> StatusRewrites { get; init; } = ConfigMap<long>.Empty;

    /// <summary>Service that gives the pages; required.</summary>
    public string? Service { get; init; }

    /// <summary>Path to ask for, with <c>{status}</c>, <c>{originalStatus}</c>, <c>{url}</c>.</summary>
    public string? Query { get; init; }

    /// <summary>Request headers passed to it; empty = none, null = all.</summary>
    public ConfigList<string>? ErrorRequestHeaders { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ErrorPageConfig> Type { get; } = new ObjectType<ErrorPageConfig>(static () => new())
        .Field("status", ConfigTypes.CommaList, static o => o.Status, static (o, v) => o with { Status = v })
        .Field(
            "statusRewrites", ConfigTypes.MapOf(ConfigTypes.Long), static o => o.StatusRewrites,
            static (o, v) => o with { StatusRewrites = v })
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v })
        .Field("query", ConfigTypes.String, static o => o.Query, static (o, v) => o with { Query = v })
        .Field(
            "errorRequestHeaders", ConfigTypes.CommaList, static o => o.ErrorRequestHeaders,
            static (o, v) => o with { ErrorRequestHeaders = v });
}
