// How the gateway keeps Nomad's registrations (the numbers stand in the code):
//
//  1  A session begins: the healthiest address, back-off with jitter between sessions (Polly), the last good table stays.
//     While Nomad is away a cheap question every 200 ms tells when it is back, and ends the wait.
//  2  The event stream is opened. Its first line must come within 2 s, or while 3 reads; a refused stream is open and silent.
//  3  Everything is read once: names, then instances. Only then events are taken, so nothing falls between the two. At the start the
//     reading does not wait for the first line; what was read before it, and the list, are read again.
//  4  Events carry the whole registration and are applied directly; what stands in the read buffer is one change.
//  5  Beside the stream one blocking query waits on the list of names (Watchdog): it fails at once when the agent goes,
//     and it sees what a silent or lossy stream does not tell. It is armed at most once a second.
//  6  Every 5 minutes, and when 4 or 5 gave a doubt, everything is read again. A look that finds what the stream hid
//     ends the session: the stream is opened anew.
//  7  An index that goes back, and stays back, means another state (restored, replaced): all indexes in hand are void (Looks).
//  8  Without a usable stream blocking queries do the watching, and without those a poll every refreshInterval (ListWatch). What the
//     list shows is taken up at once; everything is read for a tenth of the time at most. The stream is tried again after
//     30 s, then less often.
//
// Facts behind it: nomad-api §3.3, 3.4, 8.3 to 8.6.
using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;
using Polly;
using static EdgeGateway.Nomad.Durations;

namespace EdgeGateway.Nomad.Watch;

/// <summary>Watches one namespace of Nomad for as long as the gateway runs; a fault never ends it.</summary>
internal sealed class NomadWatch
{
    private readonly NomadClient _client;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _failed;
    private readonly FaultLog _faults;
    private readonly WatchedTable _table;
    private readonly LookSchedule _schedule;
    private readonly Looks _looks;
    private readonly Watchdog _watchdog;
    private readonly ListWatch _list;
    private readonly ResiliencePipeline _sessions;

    private bool _connectionTold;
    private TimeSpan _streamRetry;

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
        (_client, _timings, _time, _logger, _failed, _streamRetry) = (client, timings, time, logger, failed, timings.StreamRetry);
        _faults = new FaultLog(logger, time);
        _table = new WatchedTable(time, timings.Remember, changed);
        _schedule = new LookSchedule(time, timings.Resync, timings.DoubtSpacing);
        var calls = new WatchCalls(client, timings, time, _faults, failed);
        _looks = new Looks(client, timings, _table, _schedule, calls, _faults, logger);
        _watchdog = new Watchdog(client, options, timings, time, _table, _schedule, calls);
        _list = new ListWatch(client, options, timings, time, _table, _looks, calls);
        _sessions = WatchCalls.Retrying(client, timings, time, int.MaxValue);
    }

    /// <inheritdoc cref="WatchedTable.Instances" />
    public NomadInstance[] Instances() => _table.Instances();

    /// <inheritdoc cref="WatchedTable.Take" />
    public (NomadInstance[] Instances, ulong Index, long Since) Take() => _table.Take();

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
            _faults.Tell(error, _client.CurrentAddress);
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
        _table.BeginStream();

        // 2
        var (stream, first, begun) = await OpenStreamAsync(session.Token);
        try
        {
            if (stream is null)
            {
                if (begun is null)
                {
                    await _looks.AllAsync(session.Token);
                }

                // 8
                Connected(withoutStream: true);
                await _list.RunAsync(_streamRetry, session.Token);
                _streamRetry = Min(_streamRetry * 2, _timings.Resync);
                return;
            }

            // 3
            var look = await _looks.AllAsync(session.Token, begun: begun?.Snapshot);
            Connected(withoutStream: false);
            await FirstToEndAsync(
                session,
                EventsAsync(stream, first!, session.Token),
                _watchdog.RunAsync(session.Token),
                LooksAsync(look.IsReplaced || begun is { IsReplaced: true }, session.Token));
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
    private async Task<(NomadEventStream? Stream, EventBatch? First, Look? Begun)> OpenStreamAsync(CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var begun = _time.GetTimestamp();
        Look? early = null;
        var isFirst = !_table.IsLookedAt;
        var opening = OpenAsync(isFirst ? Timeout.InfiniteTimeSpan : _timings.StreamHello, giveUp.Token);
        var (isTaken, isLooking) = (false, false);
        try
        {
            if (isFirst)
            {
                // The very first routes do not wait for a stream that stays silent. What is read before its first line may be
                // older than the subscription: that part, and no more, is read again by the caller.
                await WaitAsync(_timings.FirstLookPatience);
                if (!opening.IsCompleted)
                {
                    isLooking = true;
                    early = await _looks.AllAsync(cancellation, () => opening.IsCompletedSuccessfully);
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
        var stream = await _client.OpenStreamAsync(_table.Index, limit, cancellation);
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
            if (_table.Apply(batch))
            {
                _schedule.Ask(LookReason.Vague, TimeSpan.Zero);
            }

            batch = await stream.NextAsync(cancellation);
        }
    }

    // 6
    private async Task LooksAsync(bool isReplaced, CancellationToken cancellation)
    {
        while (true)
        {
            await _schedule.DueAsync(cancellation);
            var look = await _looks.AllAsync(cancellation);
            isReplaced |= look.IsReplaced;
            if (isReplaced || look.Reason == LookReason.Missed || (look.Reason == LookReason.Doubt && look.IsChanged))
            {
                _schedule.DoubtWasRight();
                throw new NomadException(NomadFault.StreamSilent, "the event stream did not tell of changes that Nomad's list shows");
            }

            if (look.Reason == LookReason.Doubt)
            {
                _schedule.DoubtWasWrong();
            }
        }
    }

    private void Connected(bool withoutStream)
    {
        _faults.Well(_client.CurrentAddress, withoutStream);
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

    /// <summary>Waits for the first task to end, ends the others, and gives the reason of the first.</summary>
    private static async Task FirstToEndAsync(CancellationTokenSource session, params Task[] tasks)
    {
        var first = await Task.WhenAny(tasks);
        await session.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }
}
