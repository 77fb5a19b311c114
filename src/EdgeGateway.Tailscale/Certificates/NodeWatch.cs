using EdgeGateway.Tailscale.LocalApi;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>
/// Keeps the view of the node current: notifications say when to look, a slow poll looks anyway (the stream has no heartbeat, and a
/// stopped tailscaled keeps it open). Only changes that matter are reported: test and large networks announce every peer.
/// </summary>
internal sealed class NodeWatch
{
    private readonly LocalApiClient _client;
    private readonly CertificateKeeperOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Action<NodeView> _changed;
    private readonly WakeUp _look = new();
    private readonly ResiliencePipeline _reconnect;
    private NodeView? _view;
    private bool _restarted;
    private bool _openedBefore;

    /// <param name="client">The socket.</param>
    /// <param name="options">The time plan.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="random">Source of jitter.</param>
    /// <param name="logger">Debug lines only; the keeper logs what a user should see.</param>
    /// <param name="changed">Called one at a time with a view that differs, or after a restart of tailscaled.</param>
    public NodeWatch(
        LocalApiClient client, CertificateKeeperOptions options, TimeProvider time, Random random, ILogger logger,
        Action<NodeView> changed)
    {
        (_client, _options, _time, _random, _logger, _changed) = (client, options, time, random, logger, changed);
        _reconnect = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<LocalApiException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.ReconnectFirst,
                MaxDelay = options.ReconnectLongest,
                UseJitter = true,
                Randomizer = random.NextDouble,
            })
            .Build();
    }

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(FollowStatusAsync(stop), FollowBusAsync(stop));

    private async Task FollowStatusAsync(CancellationToken stop)
    {
        while (true)
        {
            await _reconnect.ExecuteAsync(LookAsync, stop);
            var pause = _view?.Status?.BackendState == "Running" ? _options.StatusPoll : _options.StartingPoll;
            if (await _look.WaitAsync(pause * (0.9 + (0.2 * _random.NextDouble())), _time, stop))
            {
                await Task.Delay(_options.Debounce, _time, stop);
                _look.Reset();
            }
        }
    }

    private async ValueTask LookAsync(CancellationToken stop)
    {
        try
        {
            Publish(new NodeView(await _client.GetStatusAsync(stop), null));
        }
        catch (LocalApiException e)
        {
            Publish(new NodeView(null, e));
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            KeeperLog.Defect(_logger, e); // the next look is the poll's
        }
    }

    private void Publish(NodeView view)
    {
        var restarted = view.Status is not null && Interlocked.Exchange(ref _restarted, false);
        if (restarted || !view.SameAs(_view))
        {
            _view = view;
            _changed(view);
        }
    }

    private async Task FollowBusAsync(CancellationToken stop)
    {
        while (true)
        {
            await _reconnect.ExecuteAsync(FollowOnceAsync, stop);

            // The stream was open and ended: tailscaled stopped. The status says more; the next stream tells when it is back.
            _look.Set();
            await Task.Delay(_options.ReconnectFirst * (1 + _random.NextDouble()), _time, stop);
        }
    }

    private async ValueTask FollowOnceAsync(CancellationToken stop)
    {
        var opened = false;
        try
        {
            await foreach (var notification in _client.WatchAsync(stop))
            {
                if (notification.Opened || !opened)
                {
                    opened = true;
                    Volatile.Write(ref _restarted, _openedBefore);
                    _openedBefore = true;
                }

                if (notification.Changed)
                {
                    _look.Set();
                }
            }
        }
        catch (LocalApiException e)
        {
            KeeperLog.BusFailed(_logger, e.Fault, e.Message);
            if (!opened)
            {
                throw; // could not be opened: back off
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            KeeperLog.Defect(_logger, e);
        }
    }
}
