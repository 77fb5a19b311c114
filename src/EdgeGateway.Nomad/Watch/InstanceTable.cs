using EdgeGateway.Nomad.Client;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// Every registration that Nomad lists, kept by events and by snapshots that overlap. Each entry remembers the index of
/// the write that last touched it, so that an older read never undoes a newer event, and a replayed event never brings a
/// removed instance back. Unchanged registrations keep their object. Not thread-safe; <see cref="WatchedTable"/> locks.
/// </summary>
internal sealed class InstanceTable(TimeProvider time, TimeSpan remember)
{
    private readonly Dictionary<(string Namespace, string Id), Entry> _entries = [];
    private readonly Dictionary<(string Namespace, string Id), Trace> _removed = [];
    private readonly List<NomadInstance> _sorted = [];
    private bool _complete;

    /// <summary>Highest index applied in this epoch of Nomad's state.</summary>
    public ulong Index { get; private set; }

    /// <summary>Number of instances.</summary>
    public int Count => _sorted.Count;

    /// <summary>A copy of the list, ordered by namespace, service name and ID.</summary>
    public NomadInstance[] ToArray() => [.. _sorted];

    /// <summary>What <see cref="Apply(EventBatch)"/> did.</summary>
    /// <param name="Changed">The list differs.</param>
    /// <param name="Doubtful">An event told of a write but showed nothing new. Nomad writes no such thing (nomad-api §5.2), so the table must be read.</param>
    public readonly record struct Outcome(bool Changed, bool Doubtful);

    /// <summary>Applies events that are newer than what is known of their instance.</summary>
    public Outcome Apply(EventBatch batch)
    {
        var (changed, doubtful) = (false, batch.Vague);
        foreach (var change in batch.Events)
        {
            var key = (change.Instance.Namespace, change.Instance.Id);
            if (change.Removed)
            {
                changed |= Remove(key, change.Index);
            }
            else if (_entries.TryGetValue(key, out var entry))
            {
                if (change.Index > entry.Index)
                {
                    doubtful |= entry.Instance.SameContent(change.Instance);
                    changed |= Put(key, change.Instance, change.Index, started: true);
                }
            }
            else if (!_removed.TryGetValue(key, out var trace) || change.Index > trace.Index)
            {
                changed |= Put(key, change.Instance, change.Index, started: true);
            }
        }

        Index = Math.Max(Index, batch.Index);
        return new Outcome(changed, doubtful);
    }

    /// <summary>
    /// Replaces the table by what was read, except where an event was newer than the read. Names in
    /// <see cref="NomadSnapshot.Unread"/> stay as they are.
    /// </summary>
    public bool Apply(NomadSnapshot snapshot)
    {
        var changed = false;
        var seen = new HashSet<(string, string)>(snapshot.Services.Sum(static s => s.Instances.Count));
        var readAt = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var service in snapshot.Services)
        {
            readAt[service.Name] = service.Index;
            foreach (var instance in service.Instances)
            {
                var key = (instance.Namespace, instance.Id);
                seen.Add(key);
                if (_entries.TryGetValue(key, out var entry)
                    ? entry.Index <= service.Index
                    : !_removed.TryGetValue(key, out var trace) || trace.Index <= service.Index)
                {
                    // In the first look everything is old; what a later one brings was missed by the stream and is new.
                    changed |= Put(key, instance, service.Index, started: _complete);
                }
            }
        }

        foreach (var (key, entry) in _entries.ToArray())
        {
            var name = entry.Instance.ServiceName;
            var index = readAt.TryGetValue(name, out var at) ? at : snapshot.Index;
            if (!seen.Contains(key) && entry.Index <= index && !snapshot.Unread.Contains(name))
            {
                changed |= Remove(key, index);
            }
        }

        Index = Math.Max(Index, snapshot.Index);
        _complete = true;
        Forget();
        return changed;
    }

    /// <summary>
    /// Nomad's state was replaced or restored: its indexes start lower, and those in hand mean nothing any more. The
    /// instances stay until the next snapshot says otherwise.
    /// </summary>
    public void BeginEpoch()
    {
        Index = 0;
        foreach (var key in _entries.Keys.ToArray())
        {
            _entries[key] = _entries[key] with { Index = 0 };
        }

        foreach (var key in _removed.Keys.ToArray())
        {
            _removed[key] = _removed[key] with { Index = 0 };
        }
    }

    /// <summary>True when the names and tag unions of the list endpoint are those of the table.</summary>
    public bool Matches(IReadOnlyList<ServiceListing> listings) => Differing(listings, out var gone).Count == 0 && gone == 0;

    /// <summary>The names of the list endpoint that the table has not, or with other tags.</summary>
    /// <param name="listings">The list.</param>
    /// <param name="gone">Number of names that the table has and the list has not.</param>
    public List<string> Differing(IReadOnlyList<ServiceListing> listings, out int gone)
    {
        gone = 0;
        var told = new Dictionary<(string, string), ServiceListing>(listings.Count);
        foreach (var listing in listings)
        {
            told[(listing.Namespace, listing.Name)] = listing;
        }

        // The instances of one name stand together.
        for (var (from, to) = (0, 0); from < _sorted.Count; from = to)
        {
            var first = _sorted[from];
            for (to = from + 1; to < _sorted.Count && _sorted[to].ServiceName == first.ServiceName && _sorted[to].Namespace == first.Namespace; to++)
            {
            }

            if (!told.TryGetValue((first.Namespace, first.ServiceName), out var listing))
            {
                gone++;
            }
            else if (IsUnion(listing.Tags, from, to))
            {
                told.Remove((first.Namespace, first.ServiceName));
            }
        }

        return [.. told.Values.Select(static listing => listing.Name)];
    }

    /// <summary>Whether the tags, which come in no order, are those of some instances. A service has few: no set is made for them.</summary>
    private bool IsUnion(IReadOnlyList<string> tags, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            foreach (var tag in _sorted[i].Tags.AsSpan())
            {
                if (!tags.Contains(tag))
                {
                    return false;
                }
            }
        }

        foreach (var tag in tags)
        {
            var found = false;
            for (var i = from; i < to && !found; i++)
            {
                found = _sorted[i].Tags.AsSpan().Contains(tag);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private bool Put((string Namespace, string Id) key, NomadInstance instance, ulong index, bool started)
    {
        if (_entries.TryGetValue(key, out var old))
        {
            if (old.Instance.SameContent(instance))
            {
                _entries[key] = old with { Index = Math.Max(old.Index, index) };
                return false;
            }

            // Another CreateIndex under one ID: removed and registered again between two looks.
            instance = old.Instance.CreateIndex == instance.CreateIndex
                ? instance with { StartedAt = old.Instance.StartedAt, Restarts = old.Instance.Restarts }
                : instance with { StartedAt = time.GetUtcNow(), Restarts = old.Instance.Restarts + 1 };
            _sorted.RemoveAt(_sorted.BinarySearch(old.Instance, Order.Instance));
        }
        else if (_removed.Remove(key, out var trace))
        {
            instance = instance with { StartedAt = time.GetUtcNow(), Restarts = trace.Restarts + 1 };
        }
        else if (started)
        {
            instance = instance with { StartedAt = time.GetUtcNow() };
        }

        _entries[key] = new Entry(instance, index);
        _sorted.Insert(~_sorted.BinarySearch(instance, Order.Instance), instance);
        return true;
    }

    private bool Remove((string Namespace, string Id) key, ulong index)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            if (index < entry.Index)
            {
                return false;
            }

            _entries.Remove(key);
            _sorted.RemoveAt(_sorted.BinarySearch(entry.Instance, Order.Instance));
            _removed[key] = new Trace(index, time.GetTimestamp(), entry.Instance.Restarts);
            return true;
        }

        if (_removed.TryGetValue(key, out var trace) && trace.Index < index)
        {
            _removed[key] = trace with { Index = index };
        }

        return false;
    }

    private void Forget()
    {
        foreach (var (key, trace) in _removed.ToArray())
        {
            if (time.GetElapsedTime(trace.When) > remember)
            {
                _removed.Remove(key);
            }
        }
    }

    private readonly record struct Entry(NomadInstance Instance, ulong Index);

    private readonly record struct Trace(ulong Index, long When, int Restarts);

    private sealed class Order : IComparer<NomadInstance>
    {
        public static readonly Order Instance = new();

        public int Compare(NomadInstance? x, NomadInstance? y)
        {
            var byNamespace = string.CompareOrdinal(x!.Namespace, y!.Namespace);
            var byName = byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.ServiceName, y.ServiceName);
            return byName != 0 ? byName : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
