
namespace EdgeGateway.Proxy.Services;

/// <summary>The state of every service by its qualified name, kept from snapshot to snapshot. Not thread-safe: the loop that compiles owns it.</summary>
public sealed class ServiceStateStore(TimeProvider time, Random random, OwnEntryPoints? own = null)
{
    private readonly Dictionary<string, ServiceState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _released = new(StringComparer.Ordinal);
    private readonly ServerAddresses _addresses = new();
    private readonly OwnEntryPoints _own = own ?? OwnEntryPoints.None;

    /// <summary>A source of chance for one balancer.</summary>
    internal Random NewRandom() => new(random.Next());

    /// <summary>The state of a service, made at the first call.</summary>
    public ServiceState GetOrCreate(string name)
    {
        _released.Remove(name);
        if (!_states.TryGetValue(name, out var state))
        {
            _states[name] = state = new(name, _addresses, _own, time, random);
        }

        return state;
    }

    /// <summary>
    /// The service is gone: its idle connections are closed. Its state is kept for 60 s (design decision 11), and adopted by a service of
    /// the same name.
    /// </summary>
    public void Release(string name)
    {
        if (_states.TryGetValue(name, out var state) && _released.TryAdd(name, time.GetTimestamp()))
        {
            state.Retire();
        }
    }

    /// <summary>Forgets what was released more than 60 s ago. Costs nothing for services that are there.</summary>
    public void Trim()
    {
        if (_released.Count == 0)
        {
            return;
        }

        var now = time.GetTimestamp();
        foreach (var (name, since) in _released)
        {
            if (time.GetElapsedTime(since, now) > ServiceState.KeepRemoved)
            {
                _states.Remove(name);
                _released.Remove(name); // allowed while walking, since .NET Core 3.0
            }
        }
    }
}
