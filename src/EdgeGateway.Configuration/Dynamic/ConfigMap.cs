using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>An immutable map from names to values, in ordinal order of the names, that compares by value with a cached hash (design decision 12).</summary>
/// <typeparam name="TValue">Value type; compared with its own equality.</typeparam>
public sealed class ConfigMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ConfigMap<TValue>>
{
    /// <summary>The empty map.</summary>
    public static readonly ConfigMap<TValue> Empty = new(new Dictionary<string, TValue>(StringComparer.Ordinal));

    private readonly Dictionary<string, TValue> _index;
    private readonly KeyValuePair<string, TValue>[] _ordered;
    private int _hash;

    // Takes the dictionary over. Sorted once, which is cheaper than a sorted dictionary for the maps of 10,000 entries that a merge makes.
    internal ConfigMap(Dictionary<string, TValue> entries)
    {
        _index = entries;
        _ordered = [.. entries];
        Array.Sort(_ordered, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
    }

    /// <inheritdoc />
    public TValue this[string key] => _index[key];

    /// <inheritdoc />
    public IEnumerable<string> Keys => _ordered.Select(static entry => entry.Key);

    /// <inheritdoc />
    public IEnumerable<TValue> Values => _ordered.Select(static entry => entry.Value);

    /// <inheritdoc />
    public int Count => _ordered.Length;

    /// <summary>The entries in ordinal order of their names, without an enumerator.</summary>
    public ReadOnlySpan<KeyValuePair<string, TValue>> AsSpan() => _ordered;

    /// <inheritdoc />
    public bool ContainsKey(string key) => _index.ContainsKey(key);

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => _index.TryGetValue(key, out value);

    /// <inheritdoc />
    public bool Equals(ConfigMap<TValue>? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || Count != other.Count || GetHashCode() != other.GetHashCode())
        {
            return false;
        }

        for (var i = 0; i < _ordered.Length; i++)
        {
            if (!string.Equals(_ordered[i].Key, other._ordered[i].Key, StringComparison.Ordinal)
                || !EqualityComparer<TValue>.Default.Equals(_ordered[i].Value, other._ordered[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ConfigMap<TValue>);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        if (_hash != 0)
        {
            return _hash;
        }

        HashCode hash = default;
        foreach (var (key, value) in _ordered)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }

        var result = hash.ToHashCode();
        return _hash = result == 0 ? 1 : result;
    }

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, TValue>>)_ordered).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _ordered.GetEnumerator();
}

/// <summary>Makes <see cref="ConfigMap{TValue}"/>.</summary>
public static class ConfigMap
{
    /// <summary>Copies the entries; the last of equal names wins.</summary>
    public static ConfigMap<TValue> ToConfigMap<TValue>(this IEnumerable<KeyValuePair<string, TValue>> entries)
    {
        var index = new Dictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            index[key] = value;
        }

        return index.Count == 0 ? ConfigMap<TValue>.Empty : new(index);
    }
}
