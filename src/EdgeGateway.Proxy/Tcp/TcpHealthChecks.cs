using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>The connect checks of all TCP services; one that stays as it was goes on over reloads. Used by the compiling loop only.</summary>
internal sealed class TcpHealthChecks(TimeProvider time, ILogger<TcpHealthChecks> logger) : IDisposable
{
    private readonly Dictionary<string, TcpHealthCheck> _running = new(StringComparer.Ordinal);

    /// <summary>Sees to it that the servers of a service are checked so, or not at all.</summary>
    public void Watch(Layer4ServiceState state, TcpHealthCheckConfig? config)
    {
        if (_running.TryGetValue(state.Name, out var running))
        {
            if (running.Config.Equals(config))
            {
                return;
            }

            running.Dispose();
            _running.Remove(state.Name);
            foreach (var server in state.Servers)
            {
                server.IsUp = true; // as at the beginning of every check
            }
        }

        if (config is not null)
        {
            _running[state.Name] = TcpHealthCheck.Start(state, config, time, logger);
        }
    }

    /// <summary>Ends the checks of services that are gone.</summary>
    public void Keep(Func<string, bool> exists)
    {
        foreach (var (name, check) in _running)
        {
            if (!exists(name))
            {
                check.Dispose();
                _running.Remove(name); // allowed while enumerating
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => Keep(static _ => false);
}
