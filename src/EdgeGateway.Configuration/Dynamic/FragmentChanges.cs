namespace EdgeGateway.Configuration.Dynamic;

/// <summary>How one list of fragments differs from the one before. A fragment that changed is removed and added.</summary>
/// <param name="Removed">Fragments that are no longer there.</param>
/// <param name="Added">Fragments that were not there, in the order of the list.</param>
internal readonly record struct FragmentChanges(IReadOnlyList<ConfigurationFragment> Removed, IReadOnlyList<ConfigurationFragment> Added)
{
    /// <summary>Compares by reference. What both lists begin and end with is passed over, so that one change among 10,000 costs two walks over references.</summary>
    public static FragmentChanges Between(ReadOnlySpan<ConfigurationFragment> before, ReadOnlySpan<ConfigurationFragment> now)
    {
        var start = 0;
        while (start < before.Length && start < now.Length && ReferenceEquals(before[start], now[start]))
        {
            start++;
        }

        before = before[start..];
        now = now[start..];
        var end = 0;
        while (end < before.Length && end < now.Length && ReferenceEquals(before[^(end + 1)], now[^(end + 1)]))
        {
            end++;
        }

        return new(Missing(before[..^end], now[..^end]), Missing(now[..^end], before[..^end]));
    }

    private static List<ConfigurationFragment> Missing(ReadOnlySpan<ConfigurationFragment> of, ReadOnlySpan<ConfigurationFragment> from)
    {
        var there = new HashSet<ConfigurationFragment>(from.Length, ReferenceEqualityComparer.Instance);
        foreach (var fragment in from)
        {
            there.Add(fragment);
        }

        var missing = new List<ConfigurationFragment>();
        foreach (var fragment in of)
        {
            if (!there.Contains(fragment))
            {
                missing.Add(fragment);
            }
        }

        return missing;
    }
}
