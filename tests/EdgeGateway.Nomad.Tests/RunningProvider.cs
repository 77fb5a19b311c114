using System.Diagnostics;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Testbed.Nomad;

namespace EdgeGateway.Nomad.Tests;

/// <summary>A provider that runs against the embedded Nomad over real sockets; tests wait for what it publishes.</summary>
internal sealed class RunningProvider : IAsyncDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    /// <summary>Short pauses, and limits that a busy machine does not reach: what a test counts is then of its own doing.</summary>
    public static readonly NomadTimings Quick = new()
    {
        Connect = Ample, Read = Ample, BlockingGrace = Ample, StreamLag = Ample, StreamHello = Ample, StreamIdle = Ample,
        WatchdogWait = TimeSpan.FromSeconds(2), FallbackWait = TimeSpan.FromSeconds(2), WatchdogSpacing = TimeSpan.FromMilliseconds(100),
        RegressConfirm = TimeSpan.FromMilliseconds(150), BackoffBase = TimeSpan.FromMilliseconds(30), BackoffMax = TimeSpan.FromMilliseconds(200),
        HealthySession = TimeSpan.FromSeconds(2),
    };

    /// <summary>A stream without its first line is refused soon.</summary>
    public static readonly NomadTimings ShortHello = Quick with { StreamHello = TimeSpan.FromMilliseconds(300) };

    /// <summary>The watchdog soon tells what the stream does not.</summary>
    public static readonly NomadTimings ShortLag = Quick with { StreamLag = TimeSpan.FromMilliseconds(200) };

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<(NomadInstance[] Instances, long At)> _published = [];
    private readonly NomadProvider _provider;
    private readonly Task _run;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NomadInstance[] _mapped = [];

    public RunningProvider(NomadProviderOptions options, NomadTimings? timings = null)
    {
        _provider = new NomadProvider(
            options,
            instances =>
            {
                _mapped = [.. instances];
                return new ProviderMessage(options.Name, DynamicConfiguration.Empty, []);
            },
            TimeProvider.System, Log, timings ?? Quick);
        _run = _provider.RunAsync(Publish, _stop.Token);
    }

    public LogRecorder Log { get; } = new();

    public Task FirstAnswer => _provider.FirstAnswer;

    public NomadInstance[] Latest
    {
        get
        {
            lock (_lock)
            {
                return _published.Count == 0 ? [] : _published[^1].Instances;
            }
        }
    }

    public IReadOnlyList<NomadInstance[]> Published
    {
        get
        {
            lock (_lock)
            {
                return [.. _published.Select(static p => p.Instances)];
            }
        }
    }

    /// <summary>What shortens the limits for this fault, so that it shows.</summary>
    public static NomadTimings For(NomadFaultMode fault) => fault == NomadFaultMode.Hang
        ? Quick with { Connect = Short, Read = Short, BlockingGrace = Short, StreamHello = Short, StreamIdle = Short }
        : Quick;

    /// <summary>Its heartbeats fit to the shortened limit of silence.</summary>
    public static RunningProvider On(EmbeddedNomad nomad, NomadTimings? timings = null)
    {
        nomad.Heartbeat = timings?.StreamIdle > TimeSpan.FromSeconds(30) ? nomad.Heartbeat : TimeSpan.FromMilliseconds(200);
        return new(new NomadProviderOptions { Address = nomad.Url }, timings);
    }

    /// <summary>Waits until the latest message satisfies the condition; returns its Stopwatch time.</summary>
    public async Task<long> UntilAsync(Func<NomadInstance[], bool> condition, string what)
    {
        using var end = new CancellationTokenSource(Limit);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_published.Count > 0 && condition(_published[^1].Instances))
                {
                    return _published[^1].At;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"not in {Limit.TotalSeconds} s: {what}\nlatest: {string.Join(", ", Latest.Select(static i => i.Id))}\n{string.Join('\n', Log.Lines)}");
            }
        }
    }

    public Task<long> UntilIdsAsync(params string[] ids) =>
        UntilAsync(list => list.Select(static i => i.Id).Order(StringComparer.Ordinal).SequenceEqual(ids.Order(StringComparer.Ordinal)), string.Join(", ", ids));

    /// <summary>Waits until the watch has read everything and follows the stream (or not): its first line says so.</summary>
    public Task ConnectedAsync() => Log.UntilAsync("answers:", Limit);

    public Task LoggedAsync(string part, int times = 1) => Log.UntilAsync(part, Limit, times);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _provider.Dispose();
        _stop.Dispose();
    }

    private void Publish(ProviderMessage message)
    {
        lock (_lock)
        {
            _published.Add((_mapped, Stopwatch.GetTimestamp()));
            _more.TrySetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
