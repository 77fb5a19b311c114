using System.Text.Json;

namespace EdgeGateway.Configuration.Sources;

/// <summary>How a value is read from a node tree and written as JSON, without reflection (design decision 13).</summary>
public abstract class ConfigType
{
    private protected ConfigType()
    {
    }

    /// <summary>Shape of the value.</summary>
    public abstract ConfigKind Kind { get; }

    /// <summary>The type of the child of that name (a field, a free name or a list index), or null if there can be none.</summary>
    public virtual ConfigType? FindChild(string name, ConfigSource source) => null;

    /// <summary>All options below, each with its dotted path under <paramref name="path"/>; the value itself is not among them.</summary>
    public virtual IEnumerable<OptionDescription> Describe(string path) => [];
}

/// <summary>Reads and writes values of one type.</summary>
/// <typeparam name="T">The value; immutable, compares by value.</typeparam>
public abstract class ConfigType<T> : ConfigType
{
    private protected ConfigType()
    {
    }

    /// <summary>Reads a value. Faults go to <paramref name="context"/>, never into an exception.</summary>
    public T? Decode(ConfigNode node, DecodeContext context) => Decode(node, default, context);

    /// <summary>Reads a value over the one that was there: what the node does not mention stays.</summary>
    /// <returns>The new value; <paramref name="current"/> when the node sets nothing or is wrong.</returns>
    public abstract T? Decode(ConfigNode node, T? current, DecodeContext context);

    /// <summary>Reads an entry of a map or list: there an object may be given as a bare leaf, whose value is ignored (dynamic-config §1.4).</summary>
    public virtual T? DecodeEntry(ConfigNode node, DecodeContext context) => Decode(node, default, context);

    /// <summary>True when JSON leaves the value out (Go's <c>omitempty</c>).</summary>
    public abstract bool IsEmpty(T? value);

    /// <summary>Writes the JSON form of Traefik's API.</summary>
    public abstract void Write(Utf8JsonWriter writer, T value);

    /// <summary>The text of a default in an option list; null when there is none to show.</summary>
    public virtual string? Format(T? value) => null;

    /// <summary>Flattens a value to tags: <c>path=value</c> (the reverse of decoding).</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Flatten(string path, T value);
}
