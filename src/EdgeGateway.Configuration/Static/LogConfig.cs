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

    /// <summary>Size in MB at which a log file is set aside; 0 = 100. Default 0.</summary>
    public int MaxSize { get; init; }

    /// <summary>Days after which a file that was set aside is removed; 0 = never. Default 0.</summary>
    public int MaxAge { get; init; }

    /// <summary>Files set aside that are kept; 0 = all. Default 0.</summary>
    public int MaxBackups { get; init; }

    /// <summary>Accepted: what is set aside is always compressed, as in Traefik.</summary>
    public bool Compress { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<LogConfig> Type { get; } = new ObjectType<LogConfig>(static () => new())
        .Field("level", ConfigTypes.String, static o => o.Level, static (o, v) => o with { Level = v }, description: "TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC. Default INFO (Traefik: ERROR).")
        .Field("format", ConfigTypes.String, static o => o.Format, static (o, v) => o with { Format = v }, description: "common or json. Default common.")
        .Field("noColor", ConfigTypes.Bool, static o => o.NoColor, static (o, v) => o with { NoColor = v }, description: "Accepted; there are no colours.")
        .Field("filePath", ConfigTypes.String, static o => o.FilePath, static (o, v) => o with { FilePath = v }, description: "File to append to; empty = standard output.")
        .Field("maxSize", ConfigTypes.Int, static o => o.MaxSize, static (o, v) => o with { MaxSize = v }, description: "Size in MB at which a log file is set aside; 0 = 100.")
        .Field("maxAge", ConfigTypes.Int, static o => o.MaxAge, static (o, v) => o with { MaxAge = v }, description: "Days after which a file that was set aside is removed; 0 = never.")
        .Field("maxBackups", ConfigTypes.Int, static o => o.MaxBackups, static (o, v) => o with { MaxBackups = v }, description: "Files set aside that are kept; 0 = all.")
        .Field("compress", ConfigTypes.Bool, static o => o.Compress, static (o, v) => o with { Compress = v }, description: "Accepted: what is set aside is always compressed.");
}
