namespace EdgeGateway.Configuration.Sources;

/// <summary>Kind of source that a node tree came from; the few differences in leniency hang on it.</summary>
public enum ConfigSource
{
    /// <summary>Command-line flags.</summary>
    Flags,

    /// <summary>Environment variables.</summary>
    Environment,

    /// <summary>TOML or YAML: real lists, empty objects and typed scalars.</summary>
    File,

    /// <summary>Service tags: some fields cannot be set, <c>server</c> stands for the list <c>servers</c>.</summary>
    Tags,
}
