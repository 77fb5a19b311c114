using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// The fragments of all instances, beside the list they were made from and in the order in which they are merged. A new list is
/// compared by reference: the work of a change among 10,000 is a few walks over references, and one fragment.
/// </summary>
internal sealed class MappedInstances
{
    private readonly Dictionary<string, int> _services = new(StringComparer.Ordinal);
    private readonly List<ConfigurationFragment> _sorted = [];
    private bool _clash;

    /// <summary>The instances as given last.</summary>
    internal NomadInstance[] Instances { get; private set; } = [];

    /// <summary>The fragment of each instance, in the order of <see cref="Instances"/>; a new array at each change.</summary>
    internal InstanceFragment[] Fragments { get; private set; } = [];

    /// <summary>What the fragments hold, in byte order of the internal names.</summary>
    internal ConfigurationFragment[] Sorted { get; private set; } = [];

    /// <summary>True when the service has an instance, used or not.</summary>
    internal bool HasService(string name) => _services.ContainsKey(name);

    /// <summary>Takes up a list.</summary>
    /// <param name="instances">All instances.</param>
    /// <param name="gone">Told each fragment that is no longer used, before one is built.</param>
    /// <param name="build">Makes the fragment of an instance that was not in the last list.</param>
    /// <param name="made">How many were made.</param>
    /// <returns>The fragments that are no longer used.</returns>
    internal IReadOnlyList<InstanceFragment> Update(
        NomadInstance[] instances, Action<InstanceFragment> gone, Func<NomadInstance, InstanceFragment> build, out int made)
    {
        made = 0;
        var start = instances.AsSpan().CommonPrefixLength(Instances, ReferenceEqualityComparer.Instance);
        var end = 0;
        var room = Math.Min(instances.Length, Instances.Length) - start;
        while (end < room && ReferenceEquals(instances[^(end + 1)], Instances[^(end + 1)]))
        {
            end++;
        }

        if (start + end == instances.Length && instances.Length == Instances.Length)
        {
            return [];
        }

        var old = new Dictionary<NomadInstance, InstanceFragment>(ReferenceEqualityComparer.Instance);
        foreach (var fragment in Fragments.AsSpan(start..^end))
        {
            old.TryAdd(fragment.Instance, fragment);
        }

        var fragments = new InstanceFragment[instances.Length];
        Fragments.AsSpan(0, start).CopyTo(fragments);
        Fragments.AsSpan(Fragments.Length - end).CopyTo(fragments.AsSpan(fragments.Length - end));
        for (var i = start; i < fragments.Length - end; i++)
        {
            if (old.Remove(instances[i], out var kept))
            {
                fragments[i] = kept;
            }
        }

        foreach (var fragment in old.Values)
        {
            gone(fragment);
            Count(fragment.Instance.ServiceName, -1);
        }

        var added = new List<InstanceFragment>();
        for (var i = start; i < fragments.Length - end; i++)
        {
            if (fragments[i] is null)
            {
                fragments[i] = build(instances[i]);
                added.Add(fragments[i]);
                Count(instances[i].ServiceName, 1);
            }
        }

        made = added.Count;
        (Instances, Fragments) = (instances, fragments);
        Sort([.. old.Values], added);
        return [.. old.Values];
    }

    private void Count(string service, int by)
    {
        var count = _services.GetValueOrDefault(service) + by;
        if (count == 0)
        {
            _services.Remove(service);
        }
        else
        {
            _services[service] = count;
        }
    }

    private void Sort(InstanceFragment[] removed, List<InstanceFragment> added)
    {
        // Beyond this share of the list sorting it anew is quicker than finding each place.
        if (_clash || removed.Length + added.Count > Fragments.Length / 16)
        {
            SortAll();
            return;
        }

        foreach (var fragment in removed)
        {
            if (fragment.Fragment is { } gone)
            {
                _sorted.RemoveAt(_sorted.BinarySearch(gone, BySource.Instance));
            }
        }

        foreach (var fragment in added)
        {
            if (fragment.Fragment is { } come)
            {
                var at = _sorted.BinarySearch(come, BySource.Instance);
                if (at >= 0)
                {
                    SortAll();
                    return;
                }

                _sorted.Insert(~at, come);
            }
        }

        Sorted = [.. _sorted];
    }

    // A clash of internal names overwrites, as in Traefik.
    private void SortAll()
    {
        _clash = false;
        _sorted.Clear();
        // Stable: of equal names the last one of the list stays.
        foreach (var fragment in Fragments.Select(static f => f.Fragment).OfType<ConfigurationFragment>().Order(BySource.Instance))
        {
            if (_sorted.Count > 0 && _sorted[^1].CompareSource(fragment) == 0)
            {
                _clash = true;
                _sorted[^1] = fragment;
                continue;
            }

            _sorted.Add(fragment);
        }

        _sorted.TrimExcess();
        Sorted = [.. _sorted];
    }

    private sealed class BySource : IComparer<ConfigurationFragment>
    {
        internal static readonly BySource Instance = new();

        public int Compare(ConfigurationFragment? left, ConfigurationFragment? right) => left!.CompareSource(right!);
    }
}
