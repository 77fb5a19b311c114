using System.Collections.Concurrent;
using System.Diagnostics;

namespace EdgeGateway.Quickstart.Load;

/// <summary>A steady load on the whoami service for the whole tour: every answer that is not 200 counts as failed.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    // 20 clients that ask every 40 ms: at most 500 requests a second, a load that a laptop does not notice.
    private const int Clients = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly EdgeClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _received = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<double> _times = new();
    private readonly Task _running;
    private int _requests;
    private int _failures;
    private string? _firstFailure;

    public SteadyLoad(EdgeClient client)
    {
        _client = client;
        _running = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(RunAsync)));
    }

    public int Requests => Volatile.Read(ref _requests);

    public int Failures => Volatile.Read(ref _failures);

    /// <summary>What the first failure was; null when there was none.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>Requests that instances of the service received, dead ones included.</summary>
    public int ReceivedByInstances => _received.Values.Sum();

    /// <summary>Requests that an instance said it had received.</summary>
    public int ReceivedBy(string instance) => _received.GetValueOrDefault(instance);

    /// <summary>The time in ms within which a share of the requests was answered.</summary>
    public double Quantile(double share)
    {
        var sorted = _times.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    /// <summary>Ends the load; the requests on their way are finished and counted.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Pause);
        while (!_stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                var answer = await _client.GetAsync("/whoami", CancellationToken.None);
                Count(answer.Status == 200 ? null : $"status {answer.Status}");
                if (answer.ServedBy is { } name)
                {
                    _received.AddOrUpdate(name, answer.Received, (_, before) => Math.Max(before, answer.Received));
                }
            }
            catch (Exception e)
            {
                Count(e.Message);
            }

            _times.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Count(string? failure)
    {
        Interlocked.Increment(ref _requests);
        if (failure is not null)
        {
            Interlocked.Increment(ref _failures);
            Interlocked.CompareExchange(ref _firstFailure, $"at {DateTimeOffset.UtcNow:HH:mm:ss.fff}: {failure}", null);
        }
    }
}
