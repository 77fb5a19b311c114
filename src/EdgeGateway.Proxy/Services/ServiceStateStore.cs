using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.Services;

/// <summary>The state of every service by its qualified name, kept from snapshot to snapshot.</summary>
public sealed class ServiceStateStore(TimeProvider time, Random random)
{
    private readonly ConcurrentDictionary<string, ServiceState> _states = new(StringComparer.Ordinal);

    /// <summary>The state of a service, made at the first call.</summary>
    public ServiceState GetOrCreate(string name) => _states.GetOrAdd(name, static (n, s) => new ServiceState(n, s.time, s.random), (time, random));

    /// <summary>Forgets the services that no longer exist.</summary>
    public void Keep(IReadOnlySet<string> names)
    {
        foreach (var name in _states.Keys)
        {
            if (!names.Contains(name))
            {
                _states.TryRemove(name, out _);
            }
        }
    }
}
