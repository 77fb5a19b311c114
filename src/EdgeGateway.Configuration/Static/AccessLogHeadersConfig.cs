using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog.fields.headers</c>: headers of request, server's answer and answer; the JSON format shows them.</summary>
public sealed record AccessLogHeadersConfig
{
    /// <summary>keep, drop or redact. Default drop.</summary>
    public string? DefaultMode { get; init; } = "drop";

    /// <summary>The same for single headers, in any case: <c>names.User-Agent=keep</c>.</summary>
    public ConfigMap<string> Names { get; init; } = ConfigMap<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogHeadersConfig> Type { get; } = new ObjectType<AccessLogHeadersConfig>(static () => new())
        .Field("defaultMode", ConfigTypes.String, static o => o.DefaultMode, static (o, v) => o with { DefaultMode = v }, description: "keep, drop or redact. Default drop.")
        .Field("names", ConfigTypes.MapOf(ConfigTypes.String), static o => o.Names, static (o, v) => o with { Names = v }, description: "keep, drop or redact for single headers.");
}
