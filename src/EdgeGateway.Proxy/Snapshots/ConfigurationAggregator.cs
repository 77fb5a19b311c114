using System.Diagnostics;
using System.Threading.Channels;
using EdgeGateway.Configuration.Dynamic;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// The way of a change from a provider to the requests (design decision 11):
/// <list type="number">
/// <item>a provider publishes its whole answer; only the latest of each provider is kept;</item>
/// <item>the one compiling loop wakes; what arrives while it works is taken together afterwards: nothing is throttled;</item>
/// <item>an answer equal to the last one of its provider changes nothing;</item>
/// <item>the compiler makes a snapshot, reusing every element whose input kept its object;</item>
/// <item>the snapshot is swapped in; requests that run keep the one they took.</item>
/// </list>
/// </summary>
public sealed partial class ConfigurationAggregator
{
    private readonly SnapshotCompiler _compiler;
    private readonly SnapshotHolder _holder;
    private readonly ILogger<ConfigurationAggregator> _logger;
    private readonly Action<GatewaySnapshot> _applied;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProviderMessage> _pending = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ProviderMessage> _latest = new(StringComparer.Ordinal);
    private List<TaskCompletionSource> _flushes = [];
    private bool _refresh;

    /// <summary>Makes the aggregator; <paramref name="applied"/> is told each snapshot after it was swapped in.</summary>
    public ConfigurationAggregator(
        SnapshotCompiler compiler, SnapshotHolder holder, ILogger<ConfigurationAggregator> logger, Action<GatewaySnapshot> applied)
    {
        _compiler = compiler;
        _holder = holder;
        _logger = logger;
        _applied = applied;
    }

    /// <summary>Step 1. Returns at once; may be called from any thread.</summary>
    public void Publish(ProviderMessage message)
    {
        lock (_gate)
        {
            // One that was not taken up is part of this one, and so is its waiting.
            if (_pending.TryGetValue(message.Provider, out var waiting) && waiting.Change is { } first)
            {
                message = message with { Change = message.Change is { } now ? now with { Since = first.Since } : first };
            }

            _pending[message.Provider] = message;
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>Has the latest answers compiled again: something that they name has changed. Returns at once; may be called from any thread.</summary>
    public void Refresh()
    {
        Volatile.Write(ref _refresh, true);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Completes when everything published before the call serves requests.</summary>
    public Task FlushAsync()
    {
        var flush = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _flushes.Add(flush);
        }

        _wake.Writer.TryWrite(true);
        return flush.Task;
    }

    /// <summary>Steps 2 to 5, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var _ in _wake.Reader.ReadAllAsync(cancellation))
        {
            List<TaskCompletionSource> flushes;
            List<ProviderMessage> changed = [];
            var refresh = Interlocked.Exchange(ref _refresh, false);
            lock (_gate)
            {
                flushes = _flushes;
                _flushes = [];
                foreach (var (provider, message) in _pending)
                {
                    // Step 3.
                    if (!_latest.TryGetValue(provider, out var last)
                        || !last.Configuration.Equals(message.Configuration) || !last.Problems.Equals(message.Problems))
                    {
                        _latest[provider] = message;
                        changed.Add(message);
                    }
                    else
                    {
                        // The objects stay; where they were written may be elsewhere now.
                        _latest[provider] = last with { OriginOf = message.OriginOf };
                    }
                }

                _pending.Clear();
            }

            if (refresh || changed.Count > 0)
            {
                Apply(changed);
            }

            foreach (var flush in flushes)
            {
                flush.TrySetResult();
            }
        }
    }

    private void Apply(List<ProviderMessage> changed)
    {
        try
        {
            // Step 4.
            var snapshot = _compiler.Compile([.. _latest.Values]);

            // Step 5.
            _holder.Publish(snapshot);
            foreach (var message in changed)
            {
                if (message.Change is { } change)
                {
                    var now = Stopwatch.GetTimestamp();
                    Live(_logger, message.Provider, change.Index, Stopwatch.GetElapsedTime(change.Since, now).TotalMilliseconds, now);
                }
            }

            _applied(snapshot);
            _compiler.Settle();
        }
        catch (Exception e)
        {
            // The compiler contains the faults of elements; should it fail itself, the last good snapshot stays in force.
            CompileFailed(_logger, e);
        }
    }

    // The clock is the machine's monotonic one in nanoseconds, so that another process can compare it with its own (docs/performance.md).
    [LoggerMessage(EventId = 4002, Level = LogLevel.Debug, Message = "Provider {Provider} is live up to index {Index} ms={Milliseconds:F2} clock={Clock}")]
    private static partial void Live(ILogger logger, string provider, ulong index, double milliseconds, long clock);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "A configuration change could not be compiled and the last good one stays in force [EG-COMPILE]")]
    private static partial void CompileFailed(ILogger logger, Exception exception);
}
