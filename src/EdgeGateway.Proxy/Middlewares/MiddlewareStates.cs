using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Middlewares;

/// <summary>
/// Keeps what middlewares count over reloads: the same router, middleware and configuration give the same state object as long as
/// some snapshot or request still holds it (dotnet §2.6). Used by the compiler only, never on a request's path.
/// </summary>
public sealed class MiddlewareStates
{
    // Dead entries are looked for when the table has doubled; below this it is not worth it.
    private const int SweepFrom = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Router, string Middleware, MiddlewareConfig Config), WeakReference> _states = [];
    private int _sweepAt = SweepFrom;

    /// <summary>The state of a middleware of a router; a new one when there is none or its configuration changed.</summary>
    public TState Adopt<TState>(string router, string middleware, MiddlewareConfig config, Func<TState> create)
        where TState : class
    {
        lock (_lock)
        {
            var key = (router, middleware, config);
            if (_states.TryGetValue(key, out var reference) && reference.Target is TState state)
            {
                return state;
            }

            if (_states.Count >= _sweepAt)
            {
                foreach (var (dead, _) in _states.Where(static entry => !entry.Value.IsAlive).ToArray())
                {
                    _states.Remove(dead);
                }

                _sweepAt = Math.Max(SweepFrom, _states.Count * 2);
            }

            state = create();
            _states[key] = new WeakReference(state);
            return state;
        }
    }
}
