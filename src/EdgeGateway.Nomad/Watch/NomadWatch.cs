// How the gateway keeps Nomad's registrations (the numbers stand in the code):
//
//  1  A session begins: the healthiest address, back-off with jitter between sessions (Polly), the last good table stays.
//     While Nomad is away a cheap question every 200 ms tells when it is back, and ends the wait.
//  2  The event stream is opened. Its first line must come within 2 s, or while 3 reads; a refused stream is open and silent.
//  3  Everything is read once: names, then instances. Only then events are taken, so nothing falls between the two. At the start the
//     reading does not wait for the first line; what was read before it, and the list, are read again.
//  4  Events carry the whole registration and are applied directly; what stands in the read buffer is one change.
//  5  Beside the stream one blocking query waits on the list of names (watchdog): it fails at once when the agent goes,
//     and it sees what a silent or lossy stream does not tell. It is armed at most once a second.
//  6  Every 5 minutes, and when 4 or 5 gave a doubt, everything is read again. A look that finds what the stream hid
//     ends the session: the stream is opened anew.
//  7  An index that goes back, and stays back, means another state (restored, replaced): all indexes in hand are void.
//  8  Without a usable stream blocking queries do the watching, and without those a poll every refreshInterval. What the
//     list shows is taken up at once; everything is read for a tenth of the time at most. The stream is tried again after
//     30 s, then less often.
//
// Facts behind it: nomad-api §3.3, 3.4, 8.3 to 8.6. One file above 400 lines: the steps share one table, one lock and
// one session, and are read in this order.
using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Nomad.Watch;

/// <summary>Watches one namespace of Nomad for as long as the gateway runs; a fault never ends it.</summary>
internal sealed class NomadWatch
{
    // Comparing a list of so many names takes about a millisecond.
    private const int LargeTable = 1000;

    private readonly NomadClient _client;
    private readonly NomadProviderOptions _options;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly Action _failed;
    private readonly FaultLog _faults;
    private readonly InstanceTable _table;
    private readonly LookSchedule _looks;
    private readonly SnapshotReader _reader;
    private readonly ResiliencePipeline _sessions;
    private readonly ResiliencePipeline _calls;
    private readonly Lock _lock = new();

    private TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _streamIndex;
    private ulong _lookIndex;
    private long _waitsSince;
    private bool _looked;
    private bool _replaced;
    private bool _incomplete;
    private bool _connectionTold;
    private TimeSpan _streamRetry;
    private TimeSpan _doubtSpacing;

    /// <param name="client">The API.</param>
    /// <param name="options">What the user set.</param>
    /// <param name="timings">Waits and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="changed">Called after each change, and after the first look; returns at once.</param>
    /// <param name="failed">Called at each failed session; returns at once.</param>
    public NomadWatch(
        NomadClient client, NomadProviderOptions options, NomadTimings timings, TimeProvider time, ILogger logger, Action changed, Action failed)
    {
        (_client, _options, _timings, _time, _logger, _changed, _failed) = (client, options, timings, time, logger, changed, failed);
        _faults = new FaultLog(logger, time);
        _table = new InstanceTable(time, timings.Remember);
        _looks = new LookSchedule(time, timings.Resync);
        _reader = new SnapshotReader(client, timings, error =>
        {
            _incomplete = true;
            Tell(error);
        });
        (_streamRetry, _doubtSpacing) = (timings.StreamRetry, timings.DoubtSpacing);
        _sessions = Retrying(int.MaxValue, new BackOff(client, timings, time, Random.Shared));
        // A look or the watchdog tries again by itself before it gives the session up: a stream survives a change of leader.
        _calls = Retrying(3, new BackOff(client, timings, time, Random.Shared));
    }

    /// <summary>The list as it is now.</summary>
    public NomadInstance[] Instances()
    {
        lock (_lock)
        {
            return _table.ToArray();
        }
    }

    /// <summary>The list as it is now, its index, and since when the oldest change in it waits that no earlier call gave; 0 = the stream told of none.</summary>
    public (NomadInstance[] Instances, ulong Index, long Since) Take()
    {
        lock (_lock)
        {
            var since = _waitsSince;
            _waitsSince = 0;
            return (_table.ToArray(), _table.Index, since);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _sessions.ExecuteAsync(static async (self, token) => await self.SessionAsync(token), this, cancellation);
        }
    }

    // 1
    private async Task SessionAsync(CancellationToken cancellation)
    {
        _client.ChooseEndpoint();
        var begun = _time.GetTimestamp();
        try
        {
            await OneSessionAsync(cancellation);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            _client.ReportFailure();
            Tell(error);
            _failed();
            // Returning starts the back-off anew; throwing goes on with it.
            if (_time.GetElapsedTime(begun) < _timings.HealthySession)
            {
                throw;
            }
        }
    }

    private async Task OneSessionAsync(CancellationToken cancellation)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (_streamIndex, _replaced) = (0, false);

        // 2
        var (stream, first, begun) = await OpenStreamAsync(session.Token);
        try
        {
            if (stream is null)
            {
                if (begun is null)
                {
                    await LookAsync(session.Token);
                }

                Connected(withoutStream: true);
                await WatchWithoutStreamAsync(session.Token);
                return;
            }

            // 3
            await LookAsync(session.Token, begun: begun);
            Connected(withoutStream: false);
            await FirstToEndAsync(session, EventsAsync(stream, first!, session.Token), WatchdogAsync(session.Token), LooksAsync(session.Token));
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

    /// <summary>Null when the stream cannot be used although Nomad is there.</summary>
    private async Task<(NomadEventStream? Stream, EventBatch? First, NomadSnapshot? Begun)> OpenStreamAsync(CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var begun = _time.GetTimestamp();
        NomadSnapshot? early = null;
        var opening = OpenAsync(_looked ? _timings.StreamHello : Timeout.InfiniteTimeSpan, giveUp.Token);
        var (isTaken, isLooking) = (false, false);
        try
        {
            if (!_looked)
            {
                // The very first routes do not wait for a stream that stays silent. What is read before its first line may be
                // older than the subscription: that part, and no more, is read again by the caller.
                await WaitAsync(_timings.FirstLookPatience);
                if (!opening.IsCompleted)
                {
                    isLooking = true;
                    early = (await LookAsync(cancellation, () => opening.IsCompletedSuccessfully)).Snapshot;
                    isLooking = false;

                    // A machine that starts is busy: a line that came while everything was read is as good as an early one.
                    await WaitAsync(Max(_timings.StreamHello - _time.GetElapsedTime(begun), _timings.FirstLookPatience));
                    if (!opening.IsCompleted)
                    {
                        throw NomadEventStream.Refused();
                    }
                }
            }

            var (stream, first) = await opening;
            isTaken = true;
            return (stream, first, early);
        }
        catch (NomadException error) when (!isLooking && error.Fault is not (NomadFault.Unreachable or NomadFault.Tls or NomadFault.TooManyRequests))
        {
            if (_faults.IsNew(NomadFault.StreamRefused))
            {
                _faults.Tell(NomadFault.StreamRefused, _client.CurrentAddress, $"{error.Message}: {await _client.DiagnoseStreamAsync(cancellation)}");
            }

            return (null, null, early);
        }
        finally
        {
            if (!isTaken)
            {
                await giveUp.CancelAsync();
                await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (opening.IsCompletedSuccessfully)
                {
                    await (await opening).Stream.DisposeAsync();
                }
            }
        }

        async Task WaitAsync(TimeSpan limit) =>
            await ((Task)opening).WaitAsync(limit, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<(NomadEventStream Stream, EventBatch First)> OpenAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var stream = await _client.OpenStreamAsync(TableIndex(), limit, cancellation);
        try
        {
            return (stream, await stream.FirstAsync(limit, cancellation));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    // 4
    private async Task EventsAsync(NomadEventStream stream, EventBatch batch, CancellationToken cancellation)
    {
        while (true)
        {
            InstanceTable.Outcome outcome;
            TaskCompletionSource heard;
            lock (_lock)
            {
                outcome = _table.Apply(batch);
                _streamIndex = Math.Max(_streamIndex, batch.Index);
                _waitsSince = outcome.Changed && _waitsSince == 0 ? batch.Arrived : _waitsSince;
                heard = _heard;
                _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (outcome.Changed)
            {
                _changed();
            }

            heard.TrySetResult();
            if (outcome.Doubtful)
            {
                _looks.Ask(LookReason.Vague, TimeSpan.Zero);
            }

            batch = await stream.NextAsync(cancellation);
        }
    }

    // 5
    private async Task WatchdogAsync(CancellationToken cancellation)
    {
        var at = Volatile.Read(ref _lookIndex);
        while (true)
        {
            var armed = _time.GetTimestamp();
            var told = false;
            var answer = await CallAsync(
                token => _client.ServicesAsync(
                    at, _options.EndpointWaitTime ?? _timings.WatchdogWait, false, token, async index => told = await IsToldAsync(at, index, token)),
                cancellation);
            if (answer.Index < at)
            {
                _looks.Ask(LookReason.Missed, TimeSpan.Zero);
            }
            else if (answer.Index > at && !told)
            {
                await CompareAsync(answer, cancellation);
            }

            at = answer.Index;
            await PauseAsync(_timings.WatchdogSpacing - _time.GetElapsedTime(armed), cancellation);
        }
    }

    /// <summary>
    /// True when a large list need not be read: nothing changed, or the stream came as far. Reading ten thousand names costs fifty times
    /// what the change itself does; whether the stream left something out is then seen by the look of step 6 alone.
    /// </summary>
    private async Task<bool> IsToldAsync(ulong at, ulong index, CancellationToken cancellation)
    {
        var until = _time.GetUtcNow() + _timings.StreamLag;
        while (true)
        {
            Task heard;
            lock (_lock)
            {
                if (_table.Count < LargeTable)
                {
                    return false;
                }

                if (index == at || (index > at && (_streamIndex >= index || _lookIndex >= index)))
                {
                    return true;
                }

                heard = _heard.Task;
            }

            var left = until - _time.GetUtcNow();
            if (index < at || left <= TimeSpan.Zero)
            {
                return false;
            }

            await heard.WaitAsync(left, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The list changed at the server: the stream must have told the same.</summary>
    private async Task CompareAsync(NomadAnswer<List<ServiceListing>> answer, CancellationToken cancellation)
    {
        var until = _time.GetUtcNow() + _timings.StreamLag;
        while (true)
        {
            Task heard;
            bool equal;
            lock (_lock)
            {
                if (_table.Index > answer.Index || _lookIndex >= answer.Index)
                {
                    // The table is ahead of this answer: the two cannot be compared, and need not be.
                    return;
                }

                equal = _table.Matches(answer.Value);
                if (_streamIndex >= answer.Index)
                {
                    if (!equal)
                    {
                        _looks.Ask(LookReason.Vague, TimeSpan.Zero);
                    }

                    return;
                }

                heard = _heard.Task;
            }

            var left = until - _time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                // Same names and tags under a new index: another namespace's change, or instances that came and went
                // without an event. Looks that find nothing become rarer; a visible difference is proof.
                _looks.Ask(equal ? LookReason.Doubt : LookReason.Missed, equal ? DoubtDelay() : TimeSpan.Zero);
                return;
            }

            await heard.WaitAsync(left, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private TimeSpan DoubtDelay() => _doubtSpacing > _timings.DoubtSpacing ? _doubtSpacing : TimeSpan.Zero;

    // 6
    private async Task LooksAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _looks.DueAsync(cancellation);
            var (changed, reason, _) = await LookAsync(cancellation);
            if (_replaced || reason == LookReason.Missed || (reason == LookReason.Doubt && changed))
            {
                _doubtSpacing = _timings.DoubtSpacing;
                throw new NomadException(NomadFault.StreamSilent, "the event stream did not tell of changes that Nomad's list shows");
            }

            if (reason == LookReason.Doubt)
            {
                _doubtSpacing = Min(_doubtSpacing * 2, _timings.Resync);
            }
        }
    }

    private async Task<(bool Changed, LookReason Reason, NomadSnapshot Snapshot)> LookAsync(
        CancellationToken cancellation, Func<bool>? isHeard = null, NomadSnapshot? begun = null)
    {
        var reason = _looks.Begin();
        NomadLog.Resync(_logger, reason);
        var snapshot = await CallAsync(token => _reader.ReadAsync(TableIndex(), Replaced, isHeard ?? (static () => true), begun, token), cancellation);
        var changed = await TakeUpAsync(snapshot, isWhole: true);
        _incomplete = snapshot.Unread.Count > 0;
        if (_incomplete)
        {
            _looks.Ask(LookReason.Periodic, _timings.DoubtSpacing);
        }

        return (changed, reason, snapshot);
    }

    private async Task<bool> TakeUpAsync(NomadSnapshot snapshot, bool isWhole)
    {
        // The last read ended on an I/O thread; what follows grows with the number of instances (design decision 5).
        await Task.Yield();
        bool changed;
        lock (_lock)
        {
            changed = _table.Apply(snapshot);
            if (isWhole)
            {
                _lookIndex = snapshot.Index;
            }
        }

        if (changed || !_looked)
        {
            _looked = true;
            _changed();
        }

        return changed;
    }

    // 7
    private void Replaced()
    {
        ulong from;
        lock (_lock)
        {
            from = _table.Index;
            _table.BeginEpoch();
            (_streamIndex, _replaced) = (0, true);
        }

        NomadLog.Replaced(_logger, _client.CurrentAddress, from);
    }

    // 8
    private async Task WatchWithoutStreamAsync(CancellationToken cancellation)
    {
        var begun = _time.GetTimestamp();
        var (at, quick, isPart) = (Volatile.Read(ref _lookIndex), 0, false);
        var (lookedAt, took) = (begun, TimeSpan.Zero);
        while (_time.GetElapsedTime(begun) is var elapsed && elapsed < _streamRetry)
        {
            // A look reads every name: not more than a tenth of the time goes into that.
            var rest = (took * 10) - _time.GetElapsedTime(lookedAt);
            if (isPart && rest <= TimeSpan.Zero)
            {
                await AllAsync();
                continue;
            }

            var armed = _time.GetTimestamp();
            var wait = Min(_options.EndpointWaitTime ?? _timings.FallbackWait, isPart ? Min(rest, _streamRetry - elapsed) : _streamRetry - elapsed);
            var answer = await CallAsync(token => _client.ServicesAsync(at, wait, false, token), cancellation);
            if (answer.Index != at)
            {
                quick = 0;
                var isLarge = answer.Value.Count >= LargeTable;
                if (answer.Index > at && (isLarge || rest > TimeSpan.Zero))
                {
                    await PartAsync(answer, cancellation);
                    (at, isPart) = (answer.Index, true);
                }

                // An index that went back is another state, of which the part in hand says nothing.
                if (!isPart || rest <= TimeSpan.Zero || answer.Index < at)
                {
                    await AllAsync();
                }

                await PauseAsync(_timings.WatchdogSpacing - _time.GetElapsedTime(armed), cancellation);
            }
            else if (_time.GetElapsedTime(armed) < Min(wait, TimeSpan.FromMilliseconds(100)) && ++quick >= 3)
            {
                // Something in between does not let queries wait.
                await PauseAsync(Min(_options.RefreshInterval, isPart ? wait : _timings.Resync), cancellation);
                if (!isPart)
                {
                    await AllAsync();
                }
            }
        }

        _streamRetry = Min(_streamRetry * 2, _timings.Resync);

        async Task AllAsync()
        {
            var from = _time.GetTimestamp();
            await LookAsync(cancellation);
            (lookedAt, took) = (_time.GetTimestamp(), _time.GetElapsedTime(from));
            (at, isPart) = (Volatile.Read(ref _lookIndex), false);
        }
    }

    /// <summary>
    /// Takes up what the list itself shows: names that came and went, and those whose tags are others. Instances that came or went under the same
    /// tags do not show.
    /// </summary>
    private async Task PartAsync(NomadAnswer<List<ServiceListing>> list, CancellationToken cancellation)
    {
        // As there: this grows with the number of names.
        await Task.Yield();
        List<string> names;
        lock (_lock)
        {
            names = _table.Differing(list.Value, out _);
        }

        await TakeUpAsync(await CallAsync(token => _reader.ReadAsync(list, names, token), cancellation), isWhole: false);
    }

    private void Connected(bool withoutStream)
    {
        if (!_incomplete)
        {
            _faults.Well(_client.CurrentAddress, withoutStream);
        }

        if (!withoutStream)
        {
            _streamRetry = _timings.StreamRetry;
        }

        if (!_connectionTold)
        {
            _connectionTold = true;
            NomadLog.Connected(_logger, _client.CurrentAddress, Instances().Length, withoutStream ? "blocking queries" : "event stream");
        }
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        var failed = false;
        var value = await _calls.ExecuteAsync(
            async token =>
            {
                try
                {
                    return await call(token);
                }
                catch (NomadException error)
                {
                    failed = true;
                    Tell(error);
                    _failed();
                    throw;
                }
            },
            cancellation);
        if (failed && !_incomplete)
        {
            _faults.Well(_client.CurrentAddress, withoutStream: true);
        }

        return value;
    }

    /// <summary>
    /// Tries again after <see cref="BackOff"/>'s wait; a healthier address or a stream to reopen is not waited for. The wait
    /// is done where Polly asks for its length, since only there it can end early.
    /// </summary>
    private ResiliencePipeline Retrying(int attempts, BackOff backOff) => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(static error => error is not OperationCanceledException),
            MaxRetryAttempts = attempts,
            DelayGenerator = async args =>
            {
                switch (args.Outcome.Exception)
                {
                    case NomadException { Fault: NomadFault.StreamSilent or NomadFault.StreamEnded } when args.AttemptNumber == 0:
                    case NomadException when attempts == int.MaxValue && _client.HasBetterEndpoint:
                        break;
                    case var error:
                        await backOff.WaitAsync(error, args.AttemptNumber, args.Context.CancellationToken);
                        break;
                }

                return TimeSpan.Zero;
            },
        })
        .Build();

    /// <summary>Waits for the first task to end, ends the others, and gives the reason of the first.</summary>
    private static async Task FirstToEndAsync(CancellationTokenSource session, params Task[] tasks)
    {
        var first = await Task.WhenAny(tasks);
        await session.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellation) =>
        pause > TimeSpan.Zero ? Task.Delay(pause, _time, cancellation) : Task.CompletedTask;

    private ulong TableIndex()
    {
        lock (_lock)
        {
            return _table.Index;
        }
    }

    private void Tell(Exception error)
    {
        if (error is NomadException known)
        {
            _faults.Tell(known.Fault, _client.CurrentAddress, known.Message);
        }
        else
        {
            NomadLog.Internal(_logger, error);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
