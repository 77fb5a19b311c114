namespace EdgeGateway.Proxy.Services.Health;

/// <summary>When a server failed last, for <see cref="PassiveHealth"/>.</summary>
internal sealed class FailureCount
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _times = new();

    /// <summary>Notes a failure; true when there were so many since <paramref name="from"/>, which are then forgotten.</summary>
    public bool Add(long now, long from, long limit)
    {
        lock (_gate)
        {
            while (_times.TryPeek(out var oldest) && oldest < from)
            {
                _times.Dequeue();
            }

            _times.Enqueue(now);
            if (_times.Count < limit)
            {
                return false;
            }

            _times.Clear();
            return true;
        }
    }

    /// <summary>A request succeeded.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _times.Clear();
        }
    }
}
