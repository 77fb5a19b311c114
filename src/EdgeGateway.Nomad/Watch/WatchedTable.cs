using EdgeGateway.Nomad.Client;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// The table as its writers and readers share it: one lock, how far the stream and the last look at everything came, and a signal at each
/// line of the stream.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="remember">See <see cref="NomadTimings.Remember"/>.</param>
/// <param name="changed">Called after each change, and after the first look; returns at once.</param>
internal sealed class WatchedTable(TimeProvider time, TimeSpan remember, Action changed)
{
    private readonly InstanceTable _table = new(time, remember);
    private readonly Lock _lock = new();
    private TaskCompletionSource _heard = New();
    private ulong _streamIndex;
    private ulong _lookIndex;
    private long _waitsSince;
    private bool _isLookedAt;

    /// <summary>Highest index applied; 0 before the first look.</summary>
    public ulong Index
    {
        get
        {
            lock (_lock)
            {
                return _table.Index;
            }
        }
    }

    /// <summary>Index of the last look at everything.</summary>
    public ulong LookIndex
    {
        get
        {
            lock (_lock)
            {
                return _lookIndex;
            }
        }
    }

    /// <summary>Whether everything was read at least once.</summary>
    public bool IsLookedAt
    {
        get
        {
            lock (_lock)
            {
                return _isLookedAt;
            }
        }
    }

    /// <summary>The list as it is now.</summary>
    public NomadInstance[] Instances()
    {
        lock (_lock)
        {
            return _table.ToArray();
        }
    }

    /// <summary>The list as it is now, its index, and since when the oldest change in it waits that no earlier call gave; 0 = the stream told of none.</summary>
    public (NomadInstance[] Instances, ulong Index, long Since) Take()
    {
        lock (_lock)
        {
            var since = _waitsSince;
            _waitsSince = 0;
            return (_table.ToArray(), _table.Index, since);
        }
    }

    /// <summary>A stream begins: nothing is heard of it yet.</summary>
    public void BeginStream()
    {
        lock (_lock)
        {
            _streamIndex = 0;
        }
    }

    /// <summary>Applies one line of the stream. True when it told of a change without telling which.</summary>
    public bool Apply(EventBatch batch)
    {
        InstanceTable.Outcome outcome;
        TaskCompletionSource heard;
        lock (_lock)
        {
            outcome = _table.Apply(batch);
            _streamIndex = Math.Max(_streamIndex, batch.Index);
            _waitsSince = outcome.Changed && _waitsSince == 0 ? batch.Arrived : _waitsSince;
            (heard, _heard) = (_heard, New());
        }

        if (outcome.Changed)
        {
            changed();
        }

        heard.TrySetResult();
        return outcome.Doubtful;
    }

    /// <summary>Applies what was read. True when the list differs.</summary>
    public bool Apply(NomadSnapshot snapshot, bool isWhole)
    {
        bool isChanged, isFirst;
        lock (_lock)
        {
            isChanged = _table.Apply(snapshot);
            isFirst = !_isLookedAt;
            (_isLookedAt, _lookIndex) = (true, isWhole ? snapshot.Index : _lookIndex);
        }

        if (isChanged || isFirst)
        {
            changed();
        }

        return isChanged;
    }

    /// <summary>Nomad's state is another one: indexes in hand are void. Gives the last of them.</summary>
    public ulong BeginEpoch()
    {
        lock (_lock)
        {
            var last = _table.Index;
            _table.BeginEpoch();
            _streamIndex = 0;
            return last;
        }
    }

    /// <summary>The names of a list that the table has not, or with other tags.</summary>
    public List<string> Differing(IReadOnlyList<ServiceListing> listings)
    {
        lock (_lock)
        {
            return _table.Differing(listings, out _);
        }
    }

    /// <summary>How far the stream and the looks came, all of one moment.</summary>
    public WatchProgress Progress()
    {
        lock (_lock)
        {
            return new(_table.Count, _streamIndex, _lookIndex, _heard.Task);
        }
    }

    /// <summary>
    /// As <see cref="Progress()"/>, and whether the table shows the same names and tags as a list. Null for the latter: the table is ahead of the
    /// list, so the two cannot be compared, and need not be.
    /// </summary>
    public (WatchProgress Progress, bool? IsEqual) Compare(NomadAnswer<List<ServiceListing>> list)
    {
        lock (_lock)
        {
            var isAhead = _table.Index > list.Index || _lookIndex >= list.Index;
            return (Progress(), isAhead ? null : _table.Matches(list.Value));
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How far what is known of Nomad came.</summary>
/// <param name="Count">Number of instances.</param>
/// <param name="StreamIndex">Of the last line of the stream; 0 = none.</param>
/// <param name="LookIndex">Of the last look at everything.</param>
/// <param name="Next">Completes at the stream's next line.</param>
internal readonly record struct WatchProgress(int Count, ulong StreamIndex, ulong LookIndex, Task Next);
