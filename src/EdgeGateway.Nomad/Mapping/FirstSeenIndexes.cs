namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// The create index that a registration ID had when it was seen first. An allocation that restarts registers the same ID anew under
/// a new index (nomad-api §5.2): that must not make an old version of a job the newest one. Only what was removed is kept here: what is
/// listed has its index in its fragment.
/// </summary>
internal sealed class FirstSeenIndexes
{
    // How many removed registrations are remembered: a task service is away for the whole restart delay.
    private const int Remembered = 1024;

    private readonly Dictionary<string, (ulong Index, long Turn)> _removed = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>A registration is not listed any more, or under another definition.</summary>
    internal void Gone(InstanceFragment fragment)
    {
        if (fragment.Fragment is { } used)
        {
            Gone(fragment.Instance.Id, used.Age);
        }
    }

    /// <inheritdoc cref="Gone(InstanceFragment)" />
    internal void Gone(string id, ulong index)
    {
        _removed[id] = (index, ++_turn);
        if (_removed.Count > 2 * Remembered)
        {
            foreach (var (old, _) in _removed.OrderByDescending(static known => known.Value.Turn).Skip(Remembered).ToArray())
            {
                _removed.Remove(old);
            }
        }
    }

    /// <summary>The index to go by, for a registration that is listed now.</summary>
    internal ulong Of(NomadInstance instance) => _removed.Remove(instance.Id, out var known) ? known.Index : instance.CreateIndex;
}
