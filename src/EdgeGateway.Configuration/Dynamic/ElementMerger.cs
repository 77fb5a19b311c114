namespace EdgeGateway.Configuration.Dynamic;

/// <summary>
/// Merges one kind of element. Only names that a changed fragment defines are looked at: the work of a change does not grow with the
/// number of elements, but for one copy of the map. An element that comes out equal keeps its object, and a map in which nothing
/// changed keeps its own (design decision 11).
/// </summary>
/// <param name="kind">Kind for messages.</param>
/// <param name="select">Where a fragment has elements of the kind.</param>
/// <param name="shape">The part of an element that must be equal in all definitions.</param>
/// <param name="join">Joins the elements of all definitions into the winner's; the first argument is the winner.</param>
internal sealed class ElementMerger<T>(
    string kind, Func<DynamicConfiguration, ConfigMap<T>> select, Func<T, T> shape, Func<T, IReadOnlyList<T>, T> join)
    where T : class
{
    // The fragment that defines a name, or the definitions of a name that several define: nearly all names have one.
    private readonly Dictionary<string, object> _definitions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MergeConflict> _conflicts = new(StringComparer.Ordinal);
    private ConfigMap<T> _map = ConfigMap<T>.Empty;

    /// <summary>Takes up a change and gives the merged elements; names with different definitions are added to <paramref name="conflicts"/>.</summary>
    internal ConfigMap<T> Merge(FragmentChanges changes, MergeStrategy strategy, List<MergeConflict> conflicts)
    {
        var touched = Touched(changes);
        if (touched is not null)
        {
            var changed = new List<KeyValuePair<string, T?>>(touched.Count);
            foreach (var (name, list) in touched)
            {
                var known = _map.TryGetValue(name, out var element) ? element : null;
                var now = Define(name, list, strategy, known);
                if (!ReferenceEquals(now, known))
                {
                    changed.Add(new(name, now));
                }
            }

            if (changed.Count > 0)
            {
                changed.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
                _map = _map.With(changed);
            }
        }

        conflicts.AddRange(_conflicts.Values);
        return _map;
    }

    /// <summary>The definitions, as they are now, of every name that a changed fragment has or had; null when there is none.</summary>
    private Dictionary<string, List<Definition>>? Touched(FragmentChanges changes)
    {
        Dictionary<string, List<Definition>>? touched = null;
        foreach (var fragment in changes.Removed)
        {
            foreach (var (name, _) in select(fragment.Configuration).AsSpan())
            {
                var list = Of(name);
                list.RemoveAll(definition => ReferenceEquals(definition.Fragment, fragment));
            }
        }

        foreach (var fragment in changes.Added)
        {
            foreach (var (name, element) in select(fragment.Configuration).AsSpan())
            {
                // Usually the last place: fragments come in order.
                var list = Of(name);
                var at = list.Count;
                while (at > 0 && list[at - 1].Fragment.CompareSource(fragment) > 0)
                {
                    at--;
                }

                list.Insert(at, new(fragment, element));
            }
        }

        return touched;

        List<Definition> Of(string name)
        {
            touched ??= new(StringComparer.Ordinal);
            if (!touched.TryGetValue(name, out var list))
            {
                touched.Add(name, list = Known(name));
            }

            return list;
        }
    }

    private List<Definition> Known(string name) => _definitions.GetValueOrDefault(name) switch
    {
        ConfigurationFragment only => [new(only, select(only.Configuration)[name])],
        Definition[] several => [.. several],
        _ => [],
    };

    private T? Define(string name, List<Definition> list, MergeStrategy strategy, T? known)
    {
        _conflicts.Remove(name);
        if (list.Count == 0)
        {
            _definitions.Remove(name);
            return null;
        }

        _definitions[name] = list.Count == 1 ? list[0].Fragment : list.ToArray();
        var element = Combine(name, list, strategy);

        // An equal element keeps its old object, so that nothing downstream sees a change.
        return known is not null && known.Equals(element) ? known : element;
    }

    private T Combine(string name, List<Definition> list, MergeStrategy strategy)
    {
        var first = list[0];
        if (list.Count == 1)
        {
            return first.Element;
        }

        // Versions in the order in which they were met, each with the age at which it was first seen.
        var versions = new List<Version>();
        foreach (var definition in list)
        {
            var own = shape(definition.Element);
            var version = versions.Find(candidate => ReferenceEquals(candidate.Shape, own) || candidate.Shape.Equals(own));
            if (version is null)
            {
                versions.Add(version = new(own, definition.Element) { FirstSeen = definition.Fragment.Age });
            }

            version.FirstSeen = Math.Min(version.FirstSeen, definition.Fragment.Age);
            version.Fragments.Add(definition.Fragment);
        }

        var winner = versions[0];
        if (strategy == MergeStrategy.Merge)
        {
            foreach (var version in versions)
            {
                winner = version.FirstSeen > winner.FirstSeen ? version : winner;
            }
        }

        if (versions.Count > 1 || strategy != MergeStrategy.Merge)
        {
            _conflicts.Add(name, new MergeConflict(kind, name, list.ConvertAll(static d => d.Fragment), winner.Fragments));
        }

        return strategy == MergeStrategy.Merge ? join(winner.First, list.ConvertAll(static d => d.Element)) : first.Element;
    }

    private readonly record struct Definition(ConfigurationFragment Fragment, T Element);

    private sealed class Version(T shape, T first)
    {
        internal T Shape { get; } = shape;

        internal T First { get; } = first;

        internal ulong FirstSeen { get; set; }

        internal List<ConfigurationFragment> Fragments { get; } = [];
    }
}
