namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>An array: either written with brackets, or opened by <c>[[headers]]</c>, which alone may add to it.</summary>
internal sealed class TomlArray(bool ofTables, TomlPosition position) : TomlValue(position)
{
    /// <summary>Made of <c>[[header]]</c> tables.</summary>
    public bool OfTables { get; } = ofTables;

    public List<TomlValue> Items { get; } = [];
}
