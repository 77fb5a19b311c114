using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad.Watch;

/// <summary>Reads everything that Nomad lists, or a part of it, and takes it up into the table.</summary>
internal sealed class Looks
{
    private readonly NomadClient _client;
    private readonly NomadTimings _timings;
    private readonly WatchedTable _table;
    private readonly LookSchedule _schedule;
    private readonly WatchCalls _calls;
    private readonly FaultLog _faults;
    private readonly ILogger _logger;
    private readonly SnapshotReader _reader;

    /// <param name="client">The API.</param>
    /// <param name="timings">Waits and limits.</param>
    /// <param name="table">What is known.</param>
    /// <param name="schedule">When the next look is due.</param>
    /// <param name="calls">How a look is tried again.</param>
    /// <param name="faults">Where failures go.</param>
    /// <param name="logger">The log.</param>
    public Looks(
        NomadClient client, NomadTimings timings, WatchedTable table, LookSchedule schedule, WatchCalls calls, FaultLog faults, ILogger logger)
    {
        (_client, _timings, _table, _schedule, _calls, _faults, _logger) = (client, timings, table, schedule, calls, faults, logger);
        _reader = new SnapshotReader(client, timings, error =>
        {
            faults.IsPartial = true;
            faults.Tell(error, client.CurrentAddress);
        });
    }

    /// <summary>Reads all.</summary>
    /// <param name="cancellation">Ends the look.</param>
    /// <param name="isHeard">Whether the stream tells of what changes from now on; null = it does.</param>
    /// <param name="begun">A look that began before the stream was heard: only what it read too early is read again.</param>
    /// <exception cref="NomadException">The look failed; the table is as it was.</exception>
    public async Task<Look> AllAsync(CancellationToken cancellation, Func<bool>? isHeard = null, NomadSnapshot? begun = null)
    {
        var (reason, isReplaced) = (_schedule.Begin(), false);
        NomadLog.Resync(_logger, reason);
        var snapshot = await _calls.CallAsync(token => _reader.ReadAsync(_table.Index, Replaced, isHeard ?? (static () => true), begun, token), cancellation);
        var isChanged = await TakeUpAsync(snapshot, isWhole: true);
        _faults.IsPartial = snapshot.Unread.Count > 0;
        if (_faults.IsPartial)
        {
            _schedule.Ask(LookReason.Periodic, _timings.DoubtSpacing);
        }

        return new(reason, isChanged, isReplaced, snapshot);

        void Replaced()
        {
            isReplaced = true;
            NomadLog.Replaced(_logger, _client.CurrentAddress, _table.BeginEpoch());
        }
    }

    /// <summary>
    /// Takes up what a list itself shows: names that came and went, and those whose tags are others. Instances that came or went under the same
    /// tags do not show.
    /// </summary>
    /// <exception cref="NomadException">Nomad is away.</exception>
    public async Task PartAsync(NomadAnswer<List<ServiceListing>> list, CancellationToken cancellation)
    {
        // The list came on an I/O thread; comparing grows with the number of names (design decision 5).
        await Task.Yield();
        var names = _table.Differing(list.Value);
        await TakeUpAsync(await _calls.CallAsync(token => _reader.ReadAsync(list, names, token), cancellation), isWhole: false);
    }

    private async Task<bool> TakeUpAsync(NomadSnapshot snapshot, bool isWhole)
    {
        // As there: this grows with the number of instances.
        await Task.Yield();
        return _table.Apply(snapshot, isWhole);
    }
}

/// <summary>What a look at everything found.</summary>
/// <param name="Reason">Why it was due.</param>
/// <param name="IsChanged">The list differs from what was known.</param>
/// <param name="IsReplaced">Nomad's state is another one than before.</param>
/// <param name="Snapshot">What was read.</param>
internal sealed record Look(LookReason Reason, bool IsChanged, bool IsReplaced, NomadSnapshot Snapshot);
