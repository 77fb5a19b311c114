using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog.fields</c>: what is kept of a request (static-config §2.5). An unknown word for a mode counts as the default.</summary>
public sealed record AccessLogFieldsConfig
{
    /// <summary>keep or drop. Default keep.</summary>
    public string? DefaultMode { get; init; } = "keep";

    /// <summary>keep or drop for single fields, in any case: <c>names.ClientUsername=drop</c>.</summary>
    public ConfigMap<string> Names { get; init; } = ConfigMap<string>.Empty;

    /// <summary>Headers.</summary>
    public AccessLogHeadersConfig Headers { get; init; } = new();

    /// <summary>The query.</summary>
    public AccessLogQueryConfig QueryParameters { get; init; } = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogFieldsConfig> Type { get; } = new ObjectType<AccessLogFieldsConfig>(static () => new())
        .Field("defaultMode", ConfigTypes.String, static o => o.DefaultMode, static (o, v) => o with { DefaultMode = v }, description: "keep or drop. Default keep.")
        .Field("names", ConfigTypes.MapOf(ConfigTypes.String), static o => o.Names, static (o, v) => o with { Names = v }, description: "keep or drop for single fields.")
        .Field("headers", AccessLogHeadersConfig.Type, static o => o.Headers, static (o, v) => o with { Headers = v })
        .Field("queryParameters", AccessLogQueryConfig.Type, static o => o.QueryParameters, static (o, v) => o with { QueryParameters = v });
}
