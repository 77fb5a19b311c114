namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Earliest deadline first, as Traefik's <c>wrr</c> (runtime-behaviour §3.1): each choice moves a server's deadline by 1/weight. With
/// equal weights that is plain rotation, which needs no lock.
/// </summary>
internal sealed class WeightedRoundRobin
{
    private readonly Server[] _servers;
    private readonly double[]? _deadlines;
    private readonly Lock _gate = new();
    private double _now;
    private uint _position;

    /// <summary>Makes a rotation over the servers with a weight above 0; <paramref name="position"/> carries it over from the one before.</summary>
    public WeightedRoundRobin(Server[] servers, uint position)
    {
        _servers = servers;
        _position = position;
        if (servers.Length == 0 || servers.All(s => s.Weight == servers[0].Weight))
        {
            return;
        }

        _deadlines = new double[servers.Length];
        for (var i = 0; i < servers.Length; i++)
        {
            _deadlines[i] = 1.0 / servers[i].Weight;
        }
    }

    /// <summary>Where the rotation stands.</summary>
    public uint Position => Volatile.Read(ref _position);

    /// <summary>The next server; null when there is none.</summary>
    public Server? Next()
    {
        if (_servers.Length == 0)
        {
            return null;
        }

        if (_deadlines is null)
        {
            return _servers[(int)(Interlocked.Increment(ref _position) % (uint)_servers.Length)];
        }

        lock (_gate)
        {
            var best = 0;
            for (var i = 1; i < _deadlines.Length; i++)
            {
                if (_deadlines[i] < _deadlines[best])
                {
                    best = i;
                }
            }

            _now = _deadlines[best];
            _deadlines[best] = _now + (1.0 / _servers[best].Weight);
            return _servers[best];
        }
    }
}
