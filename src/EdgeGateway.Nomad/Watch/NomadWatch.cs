using System.Threading.Channels;
using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// Keeps the table of instances as Nomad has it (nomad-api §8.3, 8.6). One session:
/// <list type="number">
/// <item>the healthiest address is chosen and the event stream opened from the last applied index on;</item>
/// <item>its first line proves it; a refused stream is silent, so the session then goes on without it;</item>
/// <item>everything is read once, bounded and overlapping with the stream; an answer that is not credible changes nothing;</item>
/// <item>events are applied as they come, what stood in the read buffer together as one change, and nothing is read for them;</item>
/// <item>beside the stream one blocking query watches: an index that the stream does not explain within a second is looked into;</item>
/// <item>everything is read again every five minutes;</item>
/// <item>any fault ends the session; the table stays, and the next session begins after a back-off with jitter.</item>
/// </list>
/// Without a stream the blocking query alone tells of changes, and the stream is tried again from time to time.
/// </summary>
internal sealed class NomadWatch : IDisposable
{
    private readonly NomadClient _client;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FaultLog _faults;
    private readonly Action _changed;
    private readonly Action _attempted;
    private readonly Lock _gate = new();
    private readonly InstanceTable _table;
    private readonly ResiliencePipeline _sessions;
    private readonly Channel<bool> _told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TimeSpan _streamRetry;
    private TimeSpan _doubtSpacing;
    private long _lastDoubt;
    private bool _connected;

    /// <param name="client">Nomad.</param>
    /// <param name="timings">Waits and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">One line per kind of fault and one per recovery.</param>
    /// <param name="changed">Called after the table changed or was read for the first time; returns at once.</param>
    /// <param name="attempted">Called when a session failed, so that the start need not wait for it.</param>
    public NomadWatch(
        NomadClient client, NomadTimings timings, TimeProvider time, ILogger logger, Action changed, Action attempted)
    {
        _client = client;
        _timings = timings;
        _time = time;
        _logger = logger;
        _faults = new FaultLog(logger, time);
        _changed = changed;
        _attempted = attempted;
        _table = new InstanceTable(time, timings.Remember);
        _streamRetry = timings.StreamRetry;
        _doubtSpacing = timings.DoubtSpacing;
        _sessions = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<NomadException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = timings.BackoffBase,
                MaxDelay = timings.BackoffMax,
                DelayGenerator = arguments => new(arguments.Outcome.Exception is NomadException error
                    ? error.Fault is NomadFault.StreamSilent or NomadFault.StreamEnded || _client.HasBetterEndpoint ? TimeSpan.Zero
                    : error.RetryAfter
                    : null),
            })
            .Build();
    }

    /// <summary>A copy of the table.</summary>
    public NomadInstance[] Instances
    {
        get
        {
            lock (_gate)
            {
                return _table.ToArray();
            }
        }
    }

    /// <summary>Runs sessions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // A session that lasted returns instead of throwing, which starts the back-off anew.
                await _sessions.ExecuteAsync(SessionAsync, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A defect of ours must not end discovery.
                NomadLog.Internal(_logger, error);
                _attempted();
                await Task.Delay(_timings.BackoffMax, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask SessionAsync(CancellationToken cancellation)
    {
        var begun = _time.GetTimestamp();
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        NomadEventStream? stream = null;
        try
        {
            // Step 1.
            _client.ChooseEndpoint();
            var opening = OpenAsync(session.Token);
            await Task.WhenAny(opening, Task.Delay(_timings.FirstLookPatience, _time, session.Token));

            // Step 3 does not wait for a stream that hesitates.
            var index = await ReadAllAsync("start of a session", session.Token);
            _connected = true;

            // Step 2.
            stream = await opening;
            if (stream is not null)
            {
                _streamRetry = _timings.StreamRetry;
            }

            _faults.Well(_client.CurrentAddress, withoutStream: stream is null);

            // Steps 4 to 6 run side by side; the first that ends, ends the session.
            List<Task> work = [WatchdogAsync(index, stream is not null, session.Token), ResyncAsync(session.Token)];
            if (stream is not null)
            {
                work.Add(FollowAsync(stream, session.Token));
                work.Add(ReadToldAsync(session.Token));
            }
            else
            {
                work.Add(Task.Delay(_streamRetry, _time, session.Token));
                _streamRetry = _streamRetry * 2 < _timings.Resync ? _streamRetry * 2 : _timings.Resync;
            }

            var first = await Task.WhenAny(work);
            await session.CancelAsync();
            foreach (var task in work)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await first;
        }
        catch (NomadException error)
        {
            // Step 7.
            _faults.Tell(error.Fault, _client.CurrentAddress, error.Message);
            if (error.IsOutage || error.Fault == NomadFault.ServerError)
            {
                _client.ReportFailure();
            }

            _attempted();
            if (_connected && _time.GetElapsedTime(begun) >= _timings.HealthySession)
            {
                return;
            }

            throw;
        }
        finally
        {
            await session.CancelAsync();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private async Task<NomadEventStream?> OpenAsync(CancellationToken cancellation)
    {
        ulong index;
        lock (_gate)
        {
            index = _table.Index;
        }

        NomadEventStream? stream = null;
        try
        {
            stream = await _client.OpenStreamAsync(index, cancellation);
            var first = await stream.FirstAsync(cancellation);
            Apply(first);
            return stream;
        }
        catch (NomadException error)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            // Its reason is looked for once per kind; an outage is told by the read that follows.
            if (!error.IsOutage)
            {
                _faults.Tell(NomadFault.StreamRefused, _client.CurrentAddress, $"{error.Message}: {await _client.DiagnoseStreamAsync(cancellation)}");
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            return null;
        }
    }

    // Step 3.
    private async Task<ulong> ReadAllAsync(string reason, CancellationToken cancellation)
    {
        NomadLog.Resync(_logger, reason);
        ulong known;
        lock (_gate)
        {
            known = _table.Index;
        }

        var reader = new SnapshotReader(_client, _timings, error => _faults.Tell(error.Fault, _client.CurrentAddress, error.Message));
        var snapshot = await reader.ReadAsync(
            known,
            () =>
            {
                lock (_gate)
                {
                    _table.BeginEpoch();
                }

                NomadLog.Replaced(_logger, _client.CurrentAddress, known);
            },
            cancellation);
        bool changed;
        lock (_gate)
        {
            changed = _table.Apply(snapshot);
        }

        if (changed || !_connected)
        {
            _changed();
        }

        if (!_connected)
        {
            NomadLog.Connected(_logger, _client.CurrentAddress, Instances.Length, "events");
        }

        return snapshot.Index;
    }

    // Step 4.
    private async Task FollowAsync(NomadEventStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            var batch = await stream.NextAsync(cancellation);
            if (Apply(batch))
            {
                _told.Writer.TryWrite(true);
            }
        }
    }

    // An event that tells of a write but shows nothing new, or shows nothing at all: real Nomad sends none (nomad-api §5.2), a proxy or an
    // imitation may. What it hides is read, and what comes meanwhile is taken together.
    private async Task ReadToldAsync(CancellationToken cancellation)
    {
        while (await _told.Reader.WaitToReadAsync(cancellation))
        {
            _told.Reader.TryRead(out _);
            await ReadAllAsync("an event did not show what it told", cancellation);
            await Task.Delay(_timings.StreamLag / 2, _time, cancellation);
        }
    }

    private bool Apply(EventBatch batch)
    {
        InstanceTable.Outcome outcome;
        lock (_gate)
        {
            outcome = _table.Apply(batch);
        }

        if (outcome.Changed)
        {
            _changed();
        }

        return outcome.Doubtful;
    }

    // Step 5.
    private async Task WatchdogAsync(ulong index, bool besideStream, CancellationToken cancellation)
    {
        var wait = besideStream ? _timings.WatchdogWait : _timings.FallbackWait;
        while (true)
        {
            var armed = _time.GetTimestamp();
            var answer = await _client.ServicesAsync(index, wait, stale: false, cancellation);
            if (answer.Index < index)
            {
                index = await ReadAllAsync("Nomad's index went back", cancellation);
            }
            else if (answer.Index > index)
            {
                index = answer.Index;
                if (!besideStream)
                {
                    await ReadAllAsync("a blocking query told of a change", cancellation);
                }
                else if (!Explained(answer.Index))
                {
                    await Task.Delay(_timings.StreamLag, _time, cancellation);
                    await LookIntoAsync(answer, cancellation);
                }
            }

            var left = _timings.WatchdogSpacing - _time.GetElapsedTime(armed);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _time, cancellation);
            }
        }
    }

    private bool Explained(ulong index)
    {
        lock (_gate)
        {
            return _table.Index >= index;
        }
    }

    private async Task LookIntoAsync(NomadAnswer<List<ServiceListing>> answer, CancellationToken cancellation)
    {
        bool explained, matches;
        lock (_gate)
        {
            explained = _table.Index >= answer.Index;
            matches = _table.Matches(answer.Value);
        }

        if (explained)
        {
            return;
        }

        if (!matches)
        {
            await ReadAllAsync("the watchdog saw a change that the stream did not tell", cancellation);
            throw new NomadException(NomadFault.StreamSilent, "the event stream did not tell a change that a blocking query saw");
        }

        // The index is that of all namespaces: most likely somebody else's change.
        await DoubtAsync("an index that nothing explains", cancellation);
    }

    private async Task DoubtAsync(string reason, CancellationToken cancellation)
    {
        if (_lastDoubt != 0 && _time.GetElapsedTime(_lastDoubt) < _doubtSpacing)
        {
            return;
        }

        _lastDoubt = _time.GetTimestamp();
        var before = Instances;
        await ReadAllAsync(reason, cancellation);
        if (before.AsSpan().SequenceEqual(Instances))
        {
            _doubtSpacing = _doubtSpacing * 2 < _timings.Resync ? _doubtSpacing * 2 : _timings.Resync;
            return;
        }

        _doubtSpacing = _timings.DoubtSpacing;
        throw new NomadException(NomadFault.StreamSilent, "the event stream did not tell a change");
    }

    // Step 6.
    private async Task ResyncAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_timings.Resync, _time, cancellation);
            await ReadAllAsync("regular look", cancellation);
        }
    }
}
