using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services;

/// <summary>The state of every service by its qualified name, kept from snapshot to snapshot.</summary>
public sealed class ServiceStateStore(TimeProvider time, Random random)
{
    private readonly ConcurrentDictionary<string, ServiceState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unused = new(StringComparer.Ordinal);
    private readonly ServerAddresses _addresses = new();

    /// <summary>The state of a service, made at the first call.</summary>
    public ServiceState GetOrCreate(string name) =>
        _states.GetOrAdd(name, static (n, store) => new ServiceState(n, store._addresses, store.Time, store.Random), this);

    /// <summary>
    /// Takes the servers of services that no longer exist out of service; what is left of them is forgotten after 60 s. To be
    /// called by the loop that compiles, after each change.
    /// </summary>
    public void Keep(IReadOnlySet<string> names)
    {
        var now = time.GetTimestamp();
        foreach (var (name, state) in _states)
        {
            if (names.Contains(name))
            {
                _unused.Remove(name);
            }
            else if (_unused.TryAdd(name, now))
            {
                state.Update(ConfigList<ServerConfig>.Empty);
            }
            else if (time.GetElapsedTime(_unused[name], now) > ServiceState.KeepRemoved)
            {
                _states.TryRemove(name, out _);
                _unused.Remove(name);
            }
        }

        _addresses.Trim();
    }

    private TimeProvider Time => time;

    private Random Random => random;
}
