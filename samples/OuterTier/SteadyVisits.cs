using System.Collections.Concurrent;
using System.Diagnostics;

namespace EdgeGateway.OuterTier;

/// <summary>New connections without pause, each with a handshake of its own: one that fails is counted, with the time at which it began.</summary>
internal sealed class SteadyVisits : IAsyncDisposable
{
    /// <summary>Side by side: so many connections can be cut by one kill at most.</summary>
    public const int Clients = 8;

    private readonly Tier _tier;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly ConcurrentDictionary<string, int> _servedBy = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(long Began, string Reason)> _failures = new();
    private int _count;
    private string? _wrong;

    public SteadyVisits(Tier tier)
    {
        _tier = tier;
        _running = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>Connections that ended, well or not.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those that failed, with the <see cref="Stopwatch.GetTimestamp"/> at which each began.</summary>
    public IReadOnlyCollection<(long Began, string Reason)> Failures => _failures;

    /// <summary>The first answer that was not what it must be; null = none.</summary>
    public string? Wrong => Volatile.Read(ref _wrong);

    /// <summary>Answers of a worker so far.</summary>
    public int ServedBy(string worker) => _servedBy.GetValueOrDefault(worker);

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
        while (!_stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var visit = await Visit.MakeAsync(_tier.Port, Tier.Name, _stop.Token);
                Check(visit);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _failures.Enqueue((began, e.Message));
            }

            Interlocked.Increment(ref _count);
        }
    }

    private void Check(Visit visit)
    {
        foreach (var worker in _tier.Workers)
        {
            if (visit.Thumbprint == worker.Thumbprint && visit.Body == $"{worker.Name} {Visit.ClientText}")
            {
                _servedBy.AddOrUpdate(worker.Name, 1, static (_, count) => count + 1);
                return;
            }
        }

        Interlocked.CompareExchange(ref _wrong, visit.ToString(), null);
    }
}
