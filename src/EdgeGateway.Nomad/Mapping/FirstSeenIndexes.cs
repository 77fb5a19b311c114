namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// The create index that a registration ID had when it was seen first. An allocation that restarts registers the same ID anew under
/// a new index (nomad-api §5.2): that must not make an old version of a job the newest one.
/// </summary>
internal sealed class FirstSeenIndexes
{
    // How many removed registrations are remembered beside those that are listed: a task service is away for the whole restart delay.
    private const int Remembered = 1024;

    private readonly Dictionary<string, (ulong Index, long Turn)> _indexes = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>The index to go by.</summary>
    internal ulong Of(NomadInstance instance)
    {
        if (_indexes.TryGetValue(instance.Id, out var known))
        {
            _indexes[instance.Id] = known with { Turn = ++_turn };
            return known.Index;
        }

        _indexes.Add(instance.Id, (instance.CreateIndex, ++_turn));
        return instance.CreateIndex;
    }

    /// <summary>Forgets the oldest of those that are not listed any more, when they have become many.</summary>
    internal void Trim(IReadOnlyCollection<NomadInstance> listed)
    {
        if (_indexes.Count <= listed.Count + (2 * Remembered))
        {
            return;
        }

        var ids = listed.Select(static instance => instance.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, _) in _indexes.Where(known => !ids.Contains(known.Key)).OrderByDescending(static known => known.Value.Turn).Skip(Remembered).ToArray())
        {
            _indexes.Remove(id);
        }
    }
}
