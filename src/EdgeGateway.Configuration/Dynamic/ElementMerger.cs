namespace EdgeGateway.Configuration.Dynamic;

/// <summary>
/// Merges one kind of element. What was contributed by the same objects as last time keeps its merged object, and a map
/// in which nothing changed keeps its own (design decision 11).
/// </summary>
/// <param name="kind">Kind for messages.</param>
/// <param name="shape">The part of an element that must be equal in all definitions.</param>
/// <param name="join">Joins the elements of all definitions into the winner's; the first argument is the winner.</param>
internal sealed class ElementMerger<T>(string kind, Func<T, T> shape, Func<T, IReadOnlyList<T>, T> join)
    where T : class
{
    private Dictionary<string, Merged> _merged = new(StringComparer.Ordinal);
    private ConfigMap<T> _map = ConfigMap<T>.Empty;

    internal ConfigMap<T> Merge(
        IEnumerable<ConfigurationFragment> fragments, Func<DynamicConfiguration, ConfigMap<T>> select,
        MergeStrategy strategy, List<MergeConflict> conflicts)
    {
        var definitions = new Dictionary<string, List<Definition>>(StringComparer.Ordinal);
        foreach (var fragment in fragments)
        {
            foreach (var (name, element) in select(fragment.Configuration).AsSpan())
            {
                if (!definitions.TryGetValue(name, out var list))
                {
                    definitions.Add(name, list = []);
                }

                list.Add(new(fragment.Source, fragment.Age, element));
            }
        }

        var merged = new Dictionary<string, Merged>(definitions.Count, StringComparer.Ordinal);
        var changed = definitions.Count != _merged.Count;
        foreach (var (name, list) in definitions)
        {
            var known = _merged.GetValueOrDefault(name);
            var current = known is not null && known.IsMadeFrom(list) ? known : Combine(name, list, strategy, known);
            merged.Add(name, current);
            changed |= !ReferenceEquals(current.Element, known?.Element);
            if (current.Conflict is { } conflict)
            {
                conflicts.Add(conflict);
            }
        }

        _merged = merged;
        if (changed)
        {
            _map = merged.Select(static entry => new KeyValuePair<string, T>(entry.Key, entry.Value.Element)).ToConfigMap();
        }

        return _map;
    }

    private Merged Combine(string name, List<Definition> list, MergeStrategy strategy, Merged? known)
    {
        var first = list[0];
        if (list.Count == 1)
        {
            return Keep(first.Element, list, null, known);
        }

        // Versions in the order in which they were met, each with the age at which it was first seen.
        var versions = new List<Version>();
        foreach (var definition in list)
        {
            var own = shape(definition.Element);
            var version = versions.Find(candidate => ReferenceEquals(candidate.Shape, own) || candidate.Shape.Equals(own));
            if (version is null)
            {
                versions.Add(version = new(own, definition.Element) { FirstSeen = definition.Age });
            }

            version.FirstSeen = Math.Min(version.FirstSeen, definition.Age);
            version.Sources.Add(definition.Source);
        }

        var winner = versions[0];
        if (strategy == MergeStrategy.Merge)
        {
            foreach (var version in versions)
            {
                winner = version.FirstSeen > winner.FirstSeen ? version : winner;
            }
        }

        var conflict = versions.Count == 1 && strategy == MergeStrategy.Merge
            ? null
            : new MergeConflict(kind, name, list.Select(static d => d.Source).ToConfigList(), winner.Sources.ToConfigList());
        var element = strategy == MergeStrategy.Merge ? join(winner.First, list.ConvertAll(static d => d.Element)) : first.Element;
        return Keep(element, list, conflict, known);
    }

    // An equal element keeps its old object, so that nothing downstream sees a change.
    private static Merged Keep(T element, List<Definition> list, MergeConflict? conflict, Merged? known) =>
        new(known is not null && known.Element.Equals(element) ? known.Element : element, list.ToArray(), conflict);

    private readonly record struct Definition(string Source, ulong Age, T Element);

    private sealed class Version(T shape, T first)
    {
        internal T Shape { get; } = shape;

        internal T First { get; } = first;

        internal ulong FirstSeen { get; set; }

        internal List<string> Sources { get; } = [];
    }

    private sealed record Merged(T Element, Definition[] Definitions, MergeConflict? Conflict)
    {
        internal bool IsMadeFrom(List<Definition> list)
        {
            if (list.Count != Definitions.Length)
            {
                return false;
            }

            for (var i = 0; i < list.Count; i++)
            {
                if (!ReferenceEquals(list[i].Element, Definitions[i].Element) || list[i].Age != Definitions[i].Age)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
