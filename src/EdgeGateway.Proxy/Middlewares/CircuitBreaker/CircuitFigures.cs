namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary>
/// What a breaker knows of the last answers: statuses of ten seconds in steps of one, latencies of a minute in steps of ten, as oxy keeps
/// them. Used under the breaker's lock.
/// </summary>
internal sealed class CircuitFigures
{
    private const int StatusSteps = 10;
    private const int LatencySteps = 6;
    private const int Statuses = 1000;
    private static readonly TimeSpan LatencyStep = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Dictionary<int, int>[] _statuses = new Dictionary<int, int>[StatusSteps];
    private readonly LatencyHistogram[] _latencies;
    private long _statusStep;
    private long _latencyStep;

    /// <summary>Nothing known.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="withLatency">False saves their memory.</param>
    public CircuitFigures(TimeProvider time, bool withLatency)
    {
        _time = time;
        _latencies = new LatencyHistogram[withLatency ? LatencySteps : 0];
        for (var i = 0; i < _latencies.Length; i++)
        {
            _latencies[i] = new();
        }

        for (var i = 0; i < _statuses.Length; i++)
        {
            _statuses[i] = [];
        }

        _statusStep = Step(TimeSpan.FromSeconds(1));
        _latencyStep = Step(LatencyStep);
    }

    /// <summary>Share of 502 and 504.</summary>
    public double NetworkErrorRatio => Ratio(Count(502, 503) + Count(504, 505), Count(0, Statuses));

    /// <summary>Answers with a status from the first to before the second number, divided by those from the third to before the fourth; 0 without such.</summary>
    public double ResponseCodeRatio(int from, int to, int dividedFrom, int dividedTo) => Ratio(Count(from, to), Count(dividedFrom, dividedTo));

    /// <summary>Milliseconds below which so many percent of the answers took.</summary>
    public double LatencyAtQuantile(double percent)
    {
        Turn();
        return LatencyHistogram.AtQuantile(_latencies, percent);
    }

    /// <summary>Notes an answer.</summary>
    public void Add(int status, TimeSpan latency)
    {
        Turn();
        var counts = _statuses[_statusStep % StatusSteps];
        counts[status] = counts.GetValueOrDefault(status) + 1;
        if (_latencies.Length > 0)
        {
            _latencies[_latencyStep % LatencySteps].Add(latency);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (var counts in _statuses)
        {
            counts.Clear();
        }

        foreach (var latencies in _latencies)
        {
            latencies.Clear();
        }
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private long Count(int from, int to)
    {
        Turn();
        long count = 0;
        foreach (var counts in _statuses)
        {
            foreach (var (status, times) in counts)
            {
                count += status >= from && status < to ? times : 0;
            }
        }

        return count;
    }

    // What became too old is forgotten.
    private void Turn()
    {
        for (var now = Step(TimeSpan.FromSeconds(1)); _statusStep < now;)
        {
            _statusStep = Math.Max(_statusStep + 1, now - StatusSteps);
            _statuses[_statusStep % StatusSteps].Clear();
        }

        if (_latencies.Length == 0)
        {
            return;
        }

        for (var now = Step(LatencyStep); _latencyStep < now;)
        {
            _latencyStep = Math.Max(_latencyStep + 1, now - LatencySteps);
            _latencies[_latencyStep % LatencySteps].Clear();
        }
    }

    private long Step(TimeSpan length) => _time.GetTimestamp() / _time.Ticks(length);
}
