using System.Numerics;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Sets of routers by host name: a hash table in small parts, so that a change copies one part and the list of parts, whatever the
/// number of hosts. Immutable.
/// </summary>
internal sealed class HostTable
{
    public static readonly HostTable Empty = new([[]], 0);

    // A name is compared with the hashes of its part only; more of them would make the copies of a change larger.
    private const int NamesPerPart = 4;

    private readonly Entry[][] _parts;

    private HostTable(Entry[][] parts, int count) => (_parts, Count) = (parts, count);

    /// <summary>Number of names.</summary>
    public int Count { get; }

    /// <summary>Every set; for tests and reports.</summary>
    public IEnumerable<RouterSet> Sets => _parts.SelectMany(static part => part).Select(static entry => entry.Routers);

    /// <summary>The routers of a name in lower case, or null.</summary>
    public RouterSet? Find(ReadOnlySpan<char> name)
    {
        var hash = string.GetHashCode(name);
        foreach (ref readonly var entry in _parts[hash & (_parts.Length - 1)].AsSpan())
        {
            if (entry.Hash == hash && name.SequenceEqual(entry.Name))
            {
                return entry.Routers;
            }
        }

        return null;
    }

    /// <summary>The table after a change, given by name.</summary>
    public HostTable With(Dictionary<string, RouterChanges> changes)
    {
        if (changes.Count == 0)
        {
            return this;
        }

        var (parts, count) = (Room(Count + changes.Count), Count);
        foreach (var (name, change) in changes)
        {
            var hash = string.GetHashCode(name.AsSpan());
            ref var part = ref parts[hash & (parts.Length - 1)];
            var at = Array.FindIndex(part, entry => entry.Hash == hash && entry.Name == name);
            var now = (at < 0 ? RouterSet.Empty : part[at].Routers).With(change);
            var isEmpty = now.All.Length == 0;
            count += (isEmpty ? 0 : 1) - (at < 0 ? 0 : 1);
            part = [.. at < 0 ? part : [.. part[..at], .. part[(at + 1)..]], .. isEmpty ? (Entry[])[] : [new Entry(hash, name, now)]];
        }

        return count == 0 ? Empty : new(parts, count);
    }

    private Entry[][] Room(int count)
    {
        if (count <= _parts.Length * NamesPerPart)
        {
            return [.. _parts];
        }

        var length = (int)BitOperations.RoundUpToPowerOf2((uint)(count / NamesPerPart) + 1);
        return [.. _parts.SelectMany(static part => part).GroupBy(entry => entry.Hash & (length - 1)).Aggregate(
            Enumerable.Repeat(Array.Empty<Entry>(), length).ToArray(),
            static (parts, group) =>
            {
                parts[group.Key] = [.. group];
                return parts;
            })];
    }

    private readonly record struct Entry(int Hash, string Name, RouterSet Routers);
}
