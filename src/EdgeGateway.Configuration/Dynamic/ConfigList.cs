using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>An immutable list that compares by value, with a cached hash (design decision 12). The default is the empty list.</summary>
/// <typeparam name="T">Element type; compared with its own equality.</typeparam>
[CollectionBuilder(typeof(ConfigList), nameof(ConfigList.Create))]
public sealed class ConfigList<T> : IReadOnlyList<T>, IEquatable<ConfigList<T>>
{
    /// <summary>The empty list.</summary>
    public static readonly ConfigList<T> Empty = new([]);

    private readonly T[] _items;
    private int _hash;

    internal ConfigList(T[] items) => _items = items;

    /// <inheritdoc />
    public T this[int index] => _items[index];

    /// <inheritdoc />
    public int Count => _items.Length;

    /// <summary>The elements without an enumerator.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <inheritdoc />
    public bool Equals(ConfigList<T>? other) =>
        ReferenceEquals(this, other)
        || (other is not null && (_hash == 0 || other._hash == 0 || _hash == other._hash)
            && _items.AsSpan().SequenceEqual(other._items, EqualityComparer<T>.Default));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ConfigList<T>);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        if (_hash != 0)
        {
            return _hash;
        }

        HashCode hash = default;
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        var value = hash.ToHashCode();
        return _hash = value == 0 ? 1 : value;
    }

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc />
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes <see cref="ConfigList{T}"/>.</summary>
public static class ConfigList
{
    /// <summary>Copies the items (collection expressions call this).</summary>
    public static ConfigList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ConfigList<T>.Empty : new(items.ToArray());

    /// <summary>Copies the items.</summary>
    public static ConfigList<T> ToConfigList<T>(this IEnumerable<T> items) => Create<T>(items.ToArray());
}
