using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>providers.file</c> (static-config §2.11): dynamic configuration from TOML and YAML files with Go templates.</summary>
public sealed record FileConfig
{
    /// <summary>One file; ignored when <see cref="Directory"/> is given.</summary>
    public string? Filename { get; init; }

    /// <summary>All <c>.toml</c>, <c>.yaml</c> and <c>.yml</c> files of a folder and the folders below it.</summary>
    public string? Directory { get; init; }

    /// <summary>Changes are taken while the gateway runs. SIGHUP reads anew in any case. Default true.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>Each template and what it was rendered to are written to the log at level DEBUG, secrets in them too. Default false.</summary>
    public bool DebugLogGeneratedTemplate { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<FileConfig> Type { get; } = new ObjectType<FileConfig>(static () => new())
        .Field("filename", ConfigTypes.String, static o => o.Filename, static (o, v) => o with { Filename = v }, description: "One file; ignored when directory is given.")
        .Field("directory", ConfigTypes.String, static o => o.Directory, static (o, v) => o with { Directory = v }, description: "All .toml, .yaml and .yml files of a folder and the folders below it.")
        .Field("watch", ConfigTypes.Bool, static o => o.Watch, static (o, v) => o with { Watch = v }, description: "Changes are taken while the gateway runs.")
        .Field("debugLogGeneratedTemplate", ConfigTypes.Bool, static o => o.DebugLogGeneratedTemplate, static (o, v) => o with { DebugLogGeneratedTemplate = v }, description: "Each template and what it was rendered to are written to the log at level DEBUG.");
}
