using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// The idle connections of one transport to one address. Last in, first out: the ones that are not needed are left to time out.
/// </summary>
internal sealed class Http1Pool : IDisposable
{
    // Go's http.DefaultMaxIdleConnsPerHost; Traefik's own preset (200) is in the configuration already.
    private const int DefaultMaxIdle = 2;

    // How soon a connection that the server closed while it was idle is let go; a time-out of the user's below it counts.
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly int _maxIdle;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeSpan _sweepPeriod;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private Http1Connection?[] _idle = new Http1Connection?[4];
    private int _count;
    private bool _sweeps;
    private bool _closed;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="config">Limits: <c>maxIdleConnsPerHost</c> (0 = 2, negative = none are kept), <c>idleConnTimeout</c> (0 = none).</param>
    /// <param name="time">Clock.</param>
    public Http1Pool(ServersTransportConfig config, TimeProvider time)
    {
        _maxIdle = config.MaxIdleConnsPerHost switch
        {
            0 => DefaultMaxIdle,
            < 0 => 0,
            var limit => (int)Math.Min(limit, int.MaxValue),
        };
        var timeout = config.ForwardingTimeouts.IdleConnTimeout;
        _idleTimeout = timeout > TimeSpan.Zero ? timeout : TimeSpan.MaxValue;
        _sweepPeriod = _idleTimeout < LongestSweep ? _idleTimeout : LongestSweep;
        _time = time;

        // Does not keep an address alive that nothing else refers to: it runs only while something is idle.
        _timer = time.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Connections that are idle now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>The connection that was used last; null when none is idle. It may have died since: <see cref="Http1Connection.TryBegin"/> tells.</summary>
    public Http1Connection? Take()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                return null;
            }

            ref var slot = ref _idle[--_count];
            var connection = slot;
            slot = null;
            return connection;
        }
    }

    /// <summary>Keeps a connection for the next request; false when there is no room: the caller still owns it.</summary>
    public bool TryKeep(Http1Connection connection)
    {
        connection.IdleSince = _time.GetTimestamp();
        lock (_gate)
        {
            if (_closed || _count >= _maxIdle || !connection.IsOpen)
            {
                return false;
            }

            if (_count == _idle.Length)
            {
                Array.Resize(ref _idle, Math.Min(_count * 2, _maxIdle));
            }

            connection.Rest();
            _idle[_count++] = connection;
            if (!_sweeps)
            {
                _sweeps = true;
                _timer.Change(_sweepPeriod, _sweepPeriod);
            }

            return true;
        }
    }

    /// <summary>Closes the idle connections; those in use are closed when they come back.</summary>
    public void Dispose()
    {
        Http1Connection?[] idle;
        lock (_gate)
        {
            _closed = true;
            idle = _idle;
            _idle = [];
            _count = 0;
            _timer.Dispose();
        }

        foreach (var connection in idle)
        {
            connection?.Dispose();
        }
    }

    private void Sweep()
    {
        List<Http1Connection>? dead = null;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            var now = _time.GetTimestamp();
            var kept = 0;
            for (var i = 0; i < _count; i++)
            {
                var connection = _idle[i]!;
                if (_time.GetElapsedTime(connection.IdleSince, now) >= _idleTimeout || !connection.IsOpen || connection.IsStale)
                {
                    (dead ??= []).Add(connection);
                }
                else
                {
                    _idle[kept++] = connection;
                }
            }

            Array.Clear(_idle, kept, _count - kept);
            _count = kept;
            if (kept == 0)
            {
                _sweeps = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        // Outside the lock: each one reports to its address that it is closed.
        foreach (var connection in dead ?? [])
        {
            connection.Dispose();
        }
    }
}
