using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>The active checks of all HTTP services; one that stays as it was goes on over reloads. Used by the compiling loop only, but for the results.</summary>
public sealed class HealthChecks(TimeProvider time, Random random, ILogger<HealthChecks> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpHealthCheck> _running = new(StringComparer.Ordinal);

    /// <summary>Where what servers do is reported, also by <see cref="PassiveHealth"/>.</summary>
    internal ILogger Logger => logger;

    /// <summary>Sees to it that the servers of a service are checked so, or not at all.</summary>
    internal void Watch(ServiceState state, HealthCheckConfig? config, UpstreamTransport transport)
    {
        if (_running.TryGetValue(state.Name, out var running) && running.Config.Equals(config) && ReferenceEquals(running.Transport, transport))
        {
            running.Follow();
            return;
        }

        if (running is not null)
        {
            End(state.Name);
            if (!running.Config.Equals(config))
            {
                foreach (var server in state.Listed)
                {
                    server.IsUp = true; // as at the beginning of every check
                }
            }
        }

        if (config is not null)
        {
            running = new HttpHealthCheck(state, config, transport, time, new Random(random.Next()), logger);
            _running[state.Name] = running;
            running.Follow();
        }
    }

    /// <summary>The servers of a service are others.</summary>
    internal void Follow(string service) => _running.GetValueOrDefault(service)?.Follow();

    /// <summary>Ends the check of a service; what it found out stays.</summary>
    internal void End(string service)
    {
        if (_running.TryRemove(service, out var check))
        {
            check.Dispose();
        }
    }

    /// <summary>What the checks found out, for metrics: servers that were not checked yet are not among them. May be called by any thread.</summary>
    public IEnumerable<(string Service, string Url, bool IsUp)> Results() =>
        from check in _running
        from server in check.Value.Checked
        orderby check.Key, server.Url
        select (check.Key, server.Url, server.IsUp);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var name in _running.Keys.ToArray())
        {
            End(name);
        }
    }
}
