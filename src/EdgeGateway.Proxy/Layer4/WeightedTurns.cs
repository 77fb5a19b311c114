namespace EdgeGateway.Proxy.Layer4;

/// <summary>
/// Weighted round robin by the greatest common divisor, in the order of Traefik's TCP and UDP balancers (data: loadBalancing.json,
/// suite tcpUdpWrr): the heavier ones first, each round with a lower bar. Members with a weight of 0 or less get no turn.
/// </summary>
internal sealed class WeightedTurns
{
    private readonly Lock _gate = new();
    private readonly long[] _weights;
    private readonly long _max;
    private readonly long _step;
    private long _bar;
    private int _index = -1;

    /// <param name="weights">Weight of each member.</param>
    public WeightedTurns(IEnumerable<long> weights)
    {
        _weights = [.. weights];
        foreach (var weight in _weights)
        {
            if (weight > 0)
            {
                _max = Math.Max(_max, weight);
                _step = Divisor(_step, weight);
            }
        }
    }

    /// <summary>Index of the member whose turn it is; -1 when none has a weight.</summary>
    public int Next()
    {
        if (_max == 0)
        {
            return -1;
        }

        lock (_gate)
        {
            while (true)
            {
                _index = (_index + 1) % _weights.Length;
                if (_index == 0)
                {
                    _bar -= _step;
                    if (_bar <= 0)
                    {
                        _bar = _max;
                    }
                }

                if (_weights[_index] >= _bar)
                {
                    return _index;
                }
            }
        }
    }

    /// <summary>True for a member that gets turns.</summary>
    public bool Takes(int index) => _weights[index] > 0;

    private static long Divisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
