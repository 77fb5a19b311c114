using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.Services;

/// <summary>The state of every service by its qualified name, kept from snapshot to snapshot.</summary>
public sealed class ServiceStateStore(TimeProvider time, Random random, OwnEntryPoints? own = null)
{
    private readonly ConcurrentDictionary<string, ServiceState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unused = new(StringComparer.Ordinal);
    private readonly ServerAddresses _addresses = new();

    /// <summary>The state of a service, made at the first call.</summary>
    public ServiceState GetOrCreate(string name) =>
        _states.GetOrAdd(name, static (n, store) => new ServiceState(n, store._addresses, store.Own, store.Time, store.Random), this);

    /// <summary>
    /// Closes the idle connections of services that no longer exist; what is left of them is forgotten at the first change after 60 s.
    /// To be called by the loop that compiles, after each swap.
    /// </summary>
    public void Keep(Predicate<string> exists)
    {
        var now = time.GetTimestamp();
        foreach (var (name, state) in _states)
        {
            if (exists(name))
            {
                _unused.Remove(name);
            }
            else if (_unused.TryAdd(name, now))
            {
                state.Retire();
            }
            else if (time.GetElapsedTime(_unused[name], now) > ServiceState.KeepRemoved)
            {
                _states.TryRemove(name, out _);
                _unused.Remove(name);
            }
        }

        _addresses.Trim();
    }

    private OwnEntryPoints Own { get; } = own ?? OwnEntryPoints.None;

    private TimeProvider Time => time;

    private Random Random => random;
}
