namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary>How long a server took to begin its last answers, for <c>leasttime</c>.</summary>
internal sealed class ResponseTimes
{
    // As in Traefik (runtime-behaviour §3.1).
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly float[] _milliseconds = new float[Kept];
    private int _count;
    private int _next;
    private double _sum;

    /// <summary>Place in the rotation among servers of the same score; used under the strategy's lock.</summary>
    public double Deadline { get; set; }

    /// <summary>Mean in milliseconds; 0 without a sample.</summary>
    public double Average
    {
        get
        {
            lock (_gate)
            {
                return _count == 0 ? 0 : _sum / _count;
            }
        }
    }

    /// <summary>Notes one.</summary>
    public void Add(TimeSpan time)
    {
        lock (_gate)
        {
            if (_count == Kept)
            {
                _sum -= _milliseconds[_next];
            }
            else
            {
                _count++;
            }

            _milliseconds[_next] = (float)time.TotalMilliseconds;
            _sum += _milliseconds[_next];
            _next = (_next + 1) % Kept;
        }
    }
}
