namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>A value of a TOML document. Keys are case-sensitive here, as TOML says; the step to configuration nodes drops that.</summary>
internal abstract class TomlValue(TomlPosition position)
{
    /// <summary>Where the value, or the header that opened it, begins.</summary>
    public TomlPosition Position { get; } = position;
}
