using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>An immutable map from names to values, in ordinal order of the names, that compares by value with a cached hash (design decision 12).</summary>
/// <typeparam name="TValue">Value type; compared with its own equality.</typeparam>
public sealed class ConfigMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ConfigMap<TValue>>
{
    /// <summary>The empty map.</summary>
    public static readonly ConfigMap<TValue> Empty = new([]);

    private readonly KeyValuePair<string, TValue>[] _ordered;
    private int _hash;

    // Takes the array over: sorted, each name once. A search in it needs no second table, which a map of one or two entries would pay
    // for dearly: 10,000 Nomad services have some 100,000 of those.
    internal ConfigMap(KeyValuePair<string, TValue>[] ordered) => _ordered = ordered;

    /// <inheritdoc />
    public TValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"there is no \"{key}\"");

    /// <inheritdoc />
    public IEnumerable<string> Keys => _ordered.Select(static entry => entry.Key);

    /// <inheritdoc />
    public IEnumerable<TValue> Values => _ordered.Select(static entry => entry.Value);

    /// <inheritdoc />
    public int Count => _ordered.Length;

    /// <summary>The entries in ordinal order of their names, without an enumerator.</summary>
    public ReadOnlySpan<KeyValuePair<string, TValue>> AsSpan() => _ordered;

    /// <inheritdoc />
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var at = IndexOf(key);
        value = at >= 0 ? _ordered[at].Value : default;
        return at >= 0;
    }

    /// <summary>Position of a name in <see cref="AsSpan"/>; when it is not there, the complement of the position at which it would stand.</summary>
    public int IndexOf(string key)
    {
        var (low, high) = (0, _ordered.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_ordered[middle].Key, key);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <inheritdoc />
    public bool Equals(ConfigMap<TValue>? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        // A hash is used where it is known, never made for this: most entries of a changed map are the very objects of the last one.
        if (other is null || Count != other.Count || (_hash != 0 && other._hash != 0 && _hash != other._hash))
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
        KeyValuePair<string, TValue>[] ordered = [.. entries];
        if (ordered.Length == 0)
        {
            return ConfigMap<TValue>.Empty;
        }

        for (var i = 1; i < ordered.Length; i++)
        {
            if (string.CompareOrdinal(ordered[i - 1].Key, ordered[i].Key) >= 0)
            {
                return new(Sort(ordered));
            }
        }

        return new(ordered);
    }

    /// <summary>The map with some entries replaced, added or, where the value is null, removed.</summary>
    /// <param name="map">The map; it stays as it is.</param>
    /// <param name="changes">In ordinal order of the names, each once.</param>
    public static ConfigMap<TValue> With<TValue>(this ConfigMap<TValue> map, IReadOnlyList<KeyValuePair<string, TValue?>> changes)
        where TValue : class
    {
        var entries = map.AsSpan();
        var count = entries.Length;
        foreach (var (name, value) in changes)
        {
            count += (value is null ? 0 : 1) - (map.IndexOf(name) < 0 ? 0 : 1);
        }

        if (count == 0)
        {
            return ConfigMap<TValue>.Empty;
        }

        // One copy: the arrays of a large map are the larger part of what a change allocates.
        var ordered = new KeyValuePair<string, TValue>[count];
        var (from, to) = (0, 0);
        foreach (var (name, value) in changes)
        {
            var at = map.IndexOf(name);
            var before = at < 0 ? ~at : at;
            entries[from..before].CopyTo(ordered.AsSpan(to));
            to += before - from;
            from = at < 0 ? before : before + 1;
            if (value is not null)
            {
                ordered[to++] = new(name, value);
            }
        }

        entries[from..].CopyTo(ordered.AsSpan(to));
        return new(ordered);
    }

    private static KeyValuePair<string, TValue>[] Sort<TValue>(KeyValuePair<string, TValue>[] entries)
    {
        var last = new Dictionary<string, TValue>(entries.Length, StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            last[key] = value;
        }

        KeyValuePair<string, TValue>[] ordered = [.. last];
        Array.Sort(ordered, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return ordered;
    }
}
