using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog.fields.queryParameters</c>.</summary>
public sealed record AccessLogQueryConfig
{
    /// <summary>keep or drop: whether RequestPath has the query. Default keep.</summary>
    public string? DefaultMode { get; init; } = "keep";

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogQueryConfig> Type { get; } = new ObjectType<AccessLogQueryConfig>(static () => new())
        .Field("defaultMode", ConfigTypes.String, static o => o.DefaultMode, static (o, v) => o with { DefaultMode = v }, description: "keep or drop: whether RequestPath has the query. Default keep.");
}
