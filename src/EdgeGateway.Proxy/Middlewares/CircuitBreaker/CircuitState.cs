using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary>
/// A circuit breaker's state, which outlives reloads that leave it as it is: standing by, all pass; tripped, none; recovering, ever more,
/// up to half of them when the time is over.
/// </summary>
internal sealed class CircuitState(CircuitBreakerConfig config, CircuitExpression expression, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly CircuitFigures _figures = new(time, expression.UsesLatency);
    private Phase _phase;
    private long _since;
    private long _checked;
    private long _allowed;
    private long _denied;

    private enum Phase
    {
        StandingBy,
        Tripped,
        Recovering,
    }

    /// <summary>True when a request may pass.</summary>
    public bool Allows()
    {
        lock (_gate)
        {
            if (_phase == Phase.Tripped)
            {
                if (Elapsed(_since) < config.FallbackDuration)
                {
                    return false;
                }

                Enter(Phase.Recovering);
                (_allowed, _denied) = (0, 0);
            }

            if (_phase == Phase.Recovering)
            {
                var elapsed = Elapsed(_since);
                if (elapsed > config.RecoveryDuration)
                {
                    Enter(Phase.StandingBy);
                    return true;
                }

                if ((double)(_allowed + 1) / (_allowed + 1 + _denied) >= 0.5 * (elapsed / config.RecoveryDuration))
                {
                    _denied++;
                    return false;
                }

                _allowed++;
            }

            return true;
        }
    }

    /// <summary>Notes an answer; true when the breaker opens by it.</summary>
    public bool Note(int status, TimeSpan latency)
    {
        lock (_gate)
        {
            _figures.Add(status, latency);
            if (_checked != 0 && Elapsed(_checked) < config.CheckPeriod)
            {
                return false;
            }

            _checked = time.GetTimestamp();
            if (_phase == Phase.Tripped || !expression.Holds(_figures))
            {
                return false;
            }

            Enter(Phase.Tripped);
            _figures.Clear();
            return true;
        }
    }

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    private void Enter(Phase phase)
    {
        _phase = phase;
        _since = time.GetTimestamp();
    }
}
