namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// One node of the tree into which every source (flags, environment, TOML, YAML, tags) is turned before it is bound
/// (design decision 13).
/// </summary>
/// <param name="location">Where the user wrote it.</param>
public abstract class ConfigNode(SourceLocation location)
{
    /// <summary>Where the user wrote it: a flag, a file position or a tag.</summary>
    public SourceLocation Location { get; } = location;
}

/// <summary>A leaf. The text is as written; <paramref name="kind"/> tells how the source typed it.</summary>
public sealed class ConfigScalar(string text, SourceLocation location, ScalarKind kind = ScalarKind.Text) : ConfigNode(location)
{
    /// <summary>The text as written.</summary>
    public string Text { get; } = text;

    /// <summary>How the source typed it; flags, variables and tags are always <see cref="ScalarKind.Text"/>.</summary>
    public ScalarKind Kind { get; } = kind;
}

/// <summary>The type that a typed source (TOML, YAML) gave a leaf.</summary>
public enum ScalarKind
{
    /// <summary>A string, or a source without types.</summary>
    Text,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A floating-point number.</summary>
    Float,

    /// <summary>A boolean.</summary>
    Boolean,

    /// <summary>Null or a date; text is as written.</summary>
    Other,
}

/// <summary>A list.</summary>
public sealed class ConfigSequence(IReadOnlyList<ConfigNode> items, SourceLocation location) : ConfigNode(location)
{
    /// <summary>The elements in the order in which they apply.</summary>
    public IReadOnlyList<ConfigNode> Items { get; } = items;
}

/// <summary>An object or map; names keep their spelling, look-ups ignore case unless told otherwise.</summary>
/// <param name="location">Where it was written.</param>
/// <param name="caseSensitive">
/// True in dynamic files: <c>Web</c> and <c>web</c> are two routers there, as in Traefik. Two spellings of one option are an error when they are bound.
/// </param>
public sealed class ConfigObject(SourceLocation location, bool caseSensitive = false) : ConfigNode(location)
{
    private readonly Dictionary<string, int> _index = new(caseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    private readonly List<KeyValuePair<string, ConfigNode>> _entries = [];

    /// <summary>Names that differ in case only are different names.</summary>
    public bool IsCaseSensitive { get; } = caseSensitive;

    /// <summary>The value given to the object itself, as in <c>tls=true</c>; null when there was none.</summary>
    public ConfigScalar? Own { get; set; }

    /// <summary>The children in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, ConfigNode>> Entries => _entries;

    /// <summary>The child of that name, or null.</summary>
    public ConfigNode? Find(string name) => _index.TryGetValue(name, out var at) ? _entries[at].Value : null;

    /// <summary>Adds or replaces a child; a replaced child keeps its first spelling.</summary>
    public void Set(string name, ConfigNode value)
    {
        if (_index.TryGetValue(name, out var at))
        {
            _entries[at] = new(_entries[at].Key, value);
            return;
        }

        _index.Add(name, _entries.Count);
        _entries.Add(new(name, value));
    }
}
