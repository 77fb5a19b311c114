using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog.l4</c>: a record for each TCP connection and UDP session (docs/access-log-l4.md). Not an option of Traefik.</summary>
public sealed record Layer4AccessLogConfig
{
    /// <summary>The default of <see cref="Format"/>.</summary>
    public const string Json = "json";

    /// <summary>File to append to; empty = standard output. The file of <c>accessLog.filePath</c> may be named again.</summary>
    public string? FilePath { get; init; }

    /// <summary><c>json</c>, or a format of nginx's <c>log_format</c> kind such as <c>$remote_addr [$time_local] $status</c>. Default json.</summary>
    public string Format { get; init; } = Json;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<Layer4AccessLogConfig> Type { get; } = new ObjectType<Layer4AccessLogConfig>(static () => new())
        .Field("filePath", ConfigTypes.String, static o => o.FilePath, static (o, v) => o with { FilePath = v }, description: "File to append to; empty = standard output.")
        .Field("format", ConfigTypes.String, static o => o.Format, static (o, v) => o with { Format = v ?? Json }, description: "json, or text with variables such as $remote_addr, $status, $upstream_addr. Default json.");
}
