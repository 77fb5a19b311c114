using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>
/// The active check of one service (runtime-behaviour §3.3). Each server has a loop of its own, so that a slow one delays no other:
/// servers begin as up, the first check comes after half to one interval, by lot, so that thousands of servers are not asked in one
/// moment; one result decides. A server that is up is checked every <c>interval</c>, one that is down every <c>unhealthyInterval</c>.
/// A reload that leaves the check as it was disturbs no loop.
/// </summary>
internal sealed partial class HttpHealthCheck : IDisposable
{
    // Of each wait, so that loops that came together part again.
    private const double Jitter = 0.05;

    private readonly ServiceState _state;
    private readonly HealthCheckTimes _times;
    private readonly HealthProbe _probe;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Dictionary<Server, CancellationTokenSource> _loops = new(ReferenceEqualityComparer.Instance);

    /// <summary>Prepares; <see cref="Follow"/> begins.</summary>
    public HttpHealthCheck(
        ServiceState state, HealthCheckConfig config, UpstreamTransport transport, TimeProvider time, Random random, ILogger logger)
    {
        _state = state;
        Config = config;
        Transport = transport;
        _times = HealthCheckTimes.Of(config);
        _probe = new(config, transport, state.Addresses);
        _time = time;
        _random = random;
        _logger = logger;
    }

    /// <summary>As configured.</summary>
    public HealthCheckConfig Config { get; }

    /// <summary>How the servers are reached.</summary>
    public UpstreamTransport Transport { get; }

    /// <summary>The servers that were checked at least once, each URL once.</summary>
    public IEnumerable<Server> Checked => _state.Listed.Where(static server => server.WasChecked).DistinctBy(static server => server.Url);

    /// <summary>Checks the servers that are listed now, and no others.</summary>
    public void Follow()
    {
        var listed = _state.Listed;
        foreach (var (server, end) in _loops)
        {
            if (!listed.Contains(server))
            {
                End(end);
                _loops.Remove(server); // allowed while enumerating
            }
        }

        foreach (var server in listed)
        {
            if (!_loops.ContainsKey(server))
            {
                var end = new CancellationTokenSource();
                _loops.Add(server, end);
                _ = RunAsync(server, Wait(server) * (0.5 + (NextDouble() / 2)), end.Token);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var end in _loops.Values)
        {
            End(end);
        }

        _loops.Clear();
    }

    private static void End(CancellationTokenSource end)
    {
        end.Cancel();
        end.Dispose();
    }

    private async Task RunAsync(Server server, TimeSpan wait, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(wait, _time, end);
                await LookAsync(server, end);
                wait = Wait(server) * (1 - Jitter + (2 * Jitter * NextDouble()));
            }
        }
        catch (OperationCanceledException)
        {
            // The server or the service is gone, or checked otherwise: a check that was under way says nothing.
        }
        catch (ObjectDisposedException)
        {
            // Its transport was let go of at the same moment.
        }
    }

    private TimeSpan Wait(Server server) => server.IsUp ? _times.Interval : _times.UnhealthyInterval;

    private double NextDouble()
    {
        lock (_random)
        {
            return _random.NextDouble();
        }
    }

    private async Task LookAsync(Server server, CancellationToken end)
    {
        string? fault;
        using var timer = new CancellationTokenSource(_times.Timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end, timer.Token);
        try
        {
            fault = await _probe.RunAsync(server, limit.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            fault = $"no answer within {_times.Timeout.TotalSeconds:0.###} s";
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            fault = e.Message;
        }

        end.ThrowIfCancellationRequested();
        var was = server.IsUp;
        server.IsUp = fault is null;
        server.WasChecked = true;
        if (fault is not null)
        {
            Failed(_logger, was ? LogLevel.Warning : LogLevel.Debug, _state.Name, server.Url, fault);
        }
        else if (!was)
        {
            Recovered(_logger, _state.Name, server.Url);
        }
    }

    [LoggerMessage(Message = "Health check failed: service {Service}, server {Server}: {Reason} [EG-HEALTH]")]
    private static partial void Failed(ILogger logger, LogLevel level, string service, string server, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Healthy again: service {Service}, server {Server}")]
    private static partial void Recovered(ILogger logger, string service, string server);
}
