using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>A table, with what is needed to tell whether a later line may still add to it.</summary>
internal sealed class TomlTable(TomlTableOrigin origin, int section, TomlPosition position) : TomlValue(position)
{
    private readonly Dictionary<string, TomlValue> _index = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, TomlValue>> _entries = [];

    /// <summary>How the table came to be.</summary>
    public TomlTableOrigin Origin { get; private set; } = origin;

    /// <summary>The header section (or inline table) whose dotted keys opened it; only that one may add to it by dotted keys.</summary>
    public int Section { get; private set; } = section;

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<KeyValuePair<string, TomlValue>> Entries => _entries;

    public bool TryGet(string key, [MaybeNullWhen(false)] out TomlValue value) => _index.TryGetValue(key, out value);

    public void Add(string key, TomlValue value)
    {
        _index.Add(key, value);
        _entries.Add(new(key, value));
    }

    /// <summary>A table that stood only in the path of another header gets its own definition.</summary>
    public void Define(TomlTableOrigin origin, int section)
    {
        Origin = origin;
        Section = section;
    }
}

/// <summary>How a table came to be (TOML 1.0, "Table").</summary>
internal enum TomlTableOrigin
{
    /// <summary>Named only in the path of a header: may be defined once.</summary>
    Implicit,

    /// <summary>Defined by its own header.</summary>
    Header,

    /// <summary>Defined by dotted keys.</summary>
    Dotted,

    /// <summary>Written with braces: complete, nothing may be added.</summary>
    Inline,
}
