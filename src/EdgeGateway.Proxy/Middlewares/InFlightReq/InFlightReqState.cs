using System.Runtime.InteropServices;

namespace EdgeGateway.Proxy.Middlewares.InFlightReq;

/// <summary>Requests under way per source. Outlives reloads that leave the middleware as it was.</summary>
internal sealed class InFlightReqState
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _running = new(StringComparer.Ordinal);

    /// <summary>Counts a request in; false, uncounted, when the source is at its limit.</summary>
    public bool TryEnter(string source, long limit)
    {
        lock (_lock)
        {
            ref var running = ref CollectionsMarshal.GetValueRefOrAddDefault(_running, source, out _);
            if (running < limit)
            {
                running++;
                return true;
            }

            if (running == 0)
            {
                _running.Remove(source);
            }

            return false;
        }
    }

    /// <summary>Counts a request out; a source without requests is forgotten.</summary>
    public void Leave(string source)
    {
        lock (_lock)
        {
            ref var running = ref CollectionsMarshal.GetValueRefOrNullRef(_running, source);
            if (--running == 0)
            {
                _running.Remove(source);
            }
        }
    }
}
