using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// What the elements of one kind became, of all providers. An update walks old and new side by side, comparing references; only what
/// differs is compiled. The arrays are never changed, so whoever took them for a report may read them at any time.
/// </summary>
internal sealed class CompiledElements<TConfig, TEntry>(Func<DynamicConfiguration, ConfigMap<TConfig>> select)
    where TConfig : class
    where TEntry : class
{
    private Part[] _parts = [];

    /// <summary>Makes an entry; gives <paramref name="before"/> back when that is still right.</summary>
    public delegate TEntry Compile(string provider, string name, TConfig config, TEntry? before);

    /// <summary>The elements of each provider; a new array at each change.</summary>
    public IReadOnlyList<Part> Parts => _parts;

    /// <summary>Number of elements.</summary>
    public int Count => _parts.Sum(static part => part.Entries.Length);

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="compile">Asked for every element whose configuration is another object, or that is not current.</param>
    /// <param name="isCurrent">Whether an entry may stay although its configuration is the same object; null = always.</param>
    public Changes Update(IReadOnlyList<ProviderMessage> messages, Compile compile, Func<TEntry, bool>? isCurrent = null)
    {
        var changes = new Changes([], []);
        var parts = new Part[messages.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var (provider, map) = (messages[i].Provider, select(messages[i].Configuration));
            var before = Array.Find(_parts, part => part.Provider == provider);
            parts[i] = before is not null && ReferenceEquals(before.Source, map) && (isCurrent is null || Array.TrueForAll(before.Entries, new(isCurrent)))
                ? before
                : Update(before ?? new(provider, ConfigMap<TConfig>.Empty, []), map, compile, isCurrent, changes);
        }

        foreach (var gone in _parts.Where(old => !messages.Any(message => message.Provider == old.Provider)))
        {
            changes.Removed.AddRange(gone.Entries);
        }

        _parts = parts;
        return changes;
    }

    /// <summary>The entry of that name, or null.</summary>
    public TEntry? Find(QualifiedName name) =>
        Array.Find(_parts, part => part.Provider == name.Provider) is { } part && part.Source.IndexOf(name.Name) is var at and >= 0
            ? part.Entries[at]
            : null;

    private static Part Update(Part before, ConfigMap<TConfig> map, Compile compile, Func<TEntry, bool>? isCurrent, Changes changes)
    {
        var old = before.Source.AsSpan();
        var now = map.AsSpan();
        var entries = new TEntry[now.Length];
        var at = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var (name, config) = now[i];
            while (at < old.Length && Order(old[at].Key, name) < 0)
            {
                changes.Removed.Add(before.Entries[at++]);
            }

            var known = at < old.Length && Order(old[at].Key, name) == 0 ? before.Entries[at] : null;
            if (known is not null && ReferenceEquals(old[at].Value, config) && (isCurrent is null || isCurrent(known)))
            {
                entries[i] = known;
                at++;
                continue;
            }

            entries[i] = compile(before.Provider, name, config, known);
            if (known is not null)
            {
                at++;
            }

            if (ReferenceEquals(entries[i], known))
            {
                continue;
            }

            changes.Added.Add(entries[i]);
            if (known is not null)
            {
                changes.Removed.Add(known);
            }
        }

        changes.Removed.AddRange(before.Entries.AsSpan(at));
        return new(before.Provider, map, entries);
    }

    private static int Order(string left, string right) => ReferenceEquals(left, right) ? 0 : string.CompareOrdinal(left, right);

    /// <summary>The elements of one provider: entries stand in the order of the map.</summary>
    internal sealed record Part(string Provider, ConfigMap<TConfig> Source, TEntry[] Entries);

    /// <summary>Entries that are no longer used, and new ones. A replaced entry stands in both.</summary>
    internal readonly record struct Changes(List<TEntry> Removed, List<TEntry> Added)
    {
        /// <summary>Nothing is different.</summary>
        public bool IsEmpty => Removed.Count + Added.Count == 0;
    }
}
