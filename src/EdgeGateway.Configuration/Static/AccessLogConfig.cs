using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog</c> (static-config §2).</summary>
public sealed record AccessLogConfig
{
    /// <summary>File to append to; empty = standard output.</summary>
    public string? FilePath { get; init; }

    /// <summary>common or genericCLF. Default common.</summary>
    public string? Format { get; init; } = "common";

    /// <summary>Accepted; lines always go through one bounded queue.</summary>
    public long BufferingSize { get; init; }

    /// <summary>Connections of TCP routers and UDP sessions; null = not logged. Ours (docs/access-log-l4.md).</summary>
    public Layer4AccessLogConfig? L4 { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogConfig> Type { get; } = new ObjectType<AccessLogConfig>(static () => new())
        .Field("filePath", ConfigTypes.String, static o => o.FilePath, static (o, v) => o with { FilePath = v }, description: "File to append to; empty = standard output.")
        .Field("format", ConfigTypes.String, static o => o.Format, static (o, v) => o with { Format = v }, description: "common or genericCLF. Default common.")
        .Field("bufferingSize", ConfigTypes.Long, static o => o.BufferingSize, static (o, v) => o with { BufferingSize = v }, description: "Accepted; lines always go through one bounded queue.")
        .Field("l4", Layer4AccessLogConfig.Type, static o => o.L4, static (o, v) => o with { L4 = v }, FieldOptions.AllowEmpty);
}
