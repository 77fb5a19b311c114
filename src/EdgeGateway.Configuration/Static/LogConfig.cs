using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>log</c> (static-config §2).</summary>
public sealed record LogConfig
{
    /// <summary>TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC. Default INFO (Traefik: ERROR).</summary>
    public string? Level { get; init; } = "INFO";

    /// <summary>common or json. Default common.</summary>
    public string? Format { get; init; } = "common";

    /// <summary>Accepted; there are no colours.</summary>
    public bool NoColor { get; init; }

    /// <summary>File to append to; empty = standard output.</summary>
    public string? FilePath { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<LogConfig> Type { get; } = new ObjectType<LogConfig>(static () => new())
        .Field("level", ConfigTypes.String, static o => o.Level, static (o, v) => o with { Level = v }, description: "TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC. Default INFO (Traefik: ERROR).")
        .Field("format", ConfigTypes.String, static o => o.Format, static (o, v) => o with { Format = v }, description: "common or json. Default common.")
        .Field("noColor", ConfigTypes.Bool, static o => o.NoColor, static (o, v) => o with { NoColor = v }, description: "Accepted; there are no colours.")
        .Field("filePath", ConfigTypes.String, static o => o.FilePath, static (o, v) => o with { FilePath = v }, description: "File to append to; empty = standard output.");
}
