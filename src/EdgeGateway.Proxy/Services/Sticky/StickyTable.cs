using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Proxy.Services.Sticky;

/// <summary>What the values of a sticky cookie stand for: the servers of a service, or the members of a weighted one. Immutable; a look-up allocates nothing.</summary>
internal sealed class StickyTable<T>
    where T : class
{
    private readonly Dictionary<string, (T Item, bool IsOld)>.AlternateLookup<ReadOnlySpan<char>> _values;
    private readonly Dictionary<T, string> _lines = new(ReferenceEqualityComparer.Instance);

    /// <summary>Makes the table; of two items with the same key the first is found.</summary>
    public StickyTable(StickyCookie cookie, IEnumerable<(string Key, T Item)> items)
    {
        var values = new Dictionary<string, (T, bool)>(StringComparer.Ordinal);
        (string Key, T Item)[] all = [.. items];
        foreach (var (key, item) in all)
        {
            var value = StickyCookie.ValueOf(key);
            values.TryAdd(value, (item, false));
            _lines[item] = cookie.SetTo(value);
        }

        foreach (var (key, item) in all)
        {
            foreach (var old in StickyCookie.OldValuesOf(key))
            {
                values.TryAdd(old, (item, true));
            }
        }

        _values = values.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The item that a cookie names.</summary>
    /// <param name="value">The cookie's value; empty = none.</param>
    /// <param name="item">The item.</param>
    /// <param name="isOld">True: the value is one of an earlier version and should be replaced.</param>
    public bool TryFind(ReadOnlySpan<char> value, [NotNullWhen(true)] out T? item, out bool isOld)
    {
        if (!value.IsEmpty && _values.TryGetValue(value, out var found))
        {
            (item, isOld) = found;
            return true;
        }

        (item, isOld) = (null, false);
        return false;
    }

    /// <summary>The line that sets the cookie to an item; null for one that came later than the table.</summary>
    public string? LineOf(T item) => _lines.GetValueOrDefault(item);
}
