// Services of groups that are scaled to nothing, for providers.nomad.allowEmptyServices (dynamic-config §2.3):
//
//  1  The list of jobs is asked for with a blocking query. Its index moves with every allocation, so it is asked for at most once a
//     second, and reading takes at most a tenth of the time unless a turn takes longer than a second.
//  2  Only jobs whose definition changed since they were read are read again (scaling is such a change).
//  3  A group with a scaling block that is switched on and a count of 0 gives one item per service block: no address, port −1.
//  4  A fault changes nothing: the items that are known stay.
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Nomad.Watch;

/// <summary>Follows the jobs of one namespace; registrations do not tell of what is not there.</summary>
internal sealed class ScaledToZero
{
    // As many as services are read at a time (nomad-api §8.6).
    private const int Parallelism = 8;

    private readonly NomadClient _client;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly FaultLog _faults;
    private readonly ResiliencePipeline _retry;
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, (ulong Index, NomadInstance[] Items)> _jobs = new(StringComparer.Ordinal);
    private volatile NomadInstance[] _items = [];

    /// <param name="client">The API.</param>
    /// <param name="timings">Waits and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="changed">Called after each change; returns at once.</param>
    public ScaledToZero(NomadClient client, NomadTimings timings, TimeProvider time, ILogger logger, Action changed)
    {
        (_client, _timings, _time, _changed) = (client, timings, time, changed);
        _faults = new FaultLog(logger, time);
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(static error => error is not OperationCanceledException),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = timings.BackoffBase,
                MaxDelay = timings.BackoffMax,
            })
            .Build();
    }

    /// <summary>The items as they are now, ordered by ID.</summary>
    public IReadOnlyList<NomadInstance> Items => _items;

    /// <summary>Completes when the jobs were read for the first time, or cannot be.</summary>
    public Task FirstAnswer => _firstAnswer.Task;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var at = 0ul;
        while (true)
        {
            at = await _retry.ExecuteAsync(async token => await TurnAsync(at, token), cancellation);
        }
    }

    /// <summary>The items of a job.</summary>
    internal static NomadInstance[] ItemsOf(JobJson job)
    {
        var items = new List<NomadInstance>();
        foreach (var group in job.TaskGroups ?? [])
        {
            // 3
            if (group is not { Count: 0, Scaling: { } scaling } || scaling.Enabled == false)
            {
                continue;
            }

            var blocks = (group.Services ?? []).Select(block => (Block: block, Task: block?.TaskName ?? ""))
                .Concat((group.Tasks ?? []).SelectMany(task => (task?.Services ?? []).Select(block => (Block: block, Task: task?.Name ?? ""))));
            foreach (var (block, task) in blocks)
            {
                if (block is { Name.Length: > 0, Provider: "nomad" })
                {
                    var space = job.Namespace ?? "default";
                    items.Add(new(
                        $"{space}-{job.Name ?? job.ID}-{group.Name}-{task}-{block.Name}", block.Name, space, "", "", job.ID ?? "", "", "", -1,
                        block.Tags is { Count: > 0 } tags ? tags.ToConfigList() : ConfigList<string>.Empty, 0, 0));
                }
            }
        }

        return [.. items];
    }

    private async Task<ulong> TurnAsync(ulong at, CancellationToken cancellation)
    {
        try
        {
            var list = await _client.GetAsync("/v1/jobs", at, _timings.FallbackWait, false, NomadJson.Default.ListJobStubJson, cancellation);
            var begun = _time.GetTimestamp();
            await ReadAsync(list.Value, cancellation);
            _firstAnswer.TrySetResult();
            _faults.Well(_client.CurrentAddress, withoutStream: false);
            // 1
            var pause = _time.GetElapsedTime(begun) * 9;
            pause = pause < _timings.WatchdogSpacing ? _timings.WatchdogSpacing : pause < _timings.BackoffMax ? pause : _timings.BackoffMax;
            await Task.Delay(pause, _time, cancellation);
            return list.Index;
        }
        catch (NomadException error)
        {
            // 4
            var fault = error.Fault == NomadFault.Forbidden ? NomadFault.NothingVisible : error.Fault;
            _faults.Tell(fault, _client.CurrentAddress, $"allowEmptyServices: the jobs cannot be read: {error.Message}");
            _firstAnswer.TrySetResult();
            throw;
        }
    }

    // 2
    private async Task ReadAsync(List<JobStubJson> stubs, CancellationToken cancellation)
    {
        var next = new Dictionary<string, (ulong Index, NomadInstance[] Items)>(StringComparer.Ordinal);
        var unread = new List<JobStubJson>();
        foreach (var stub in stubs)
        {
            // A stopped job has no services to come back.
            if (stub is { ID.Length: > 0, Stop: false })
            {
                if (_jobs.TryGetValue(stub.ID, out var known) && known.Index == stub.JobModifyIndex)
                {
                    next[stub.ID] = known;
                }
                else
                {
                    unread.Add(stub);
                }
            }
        }

        var gate = new Lock();
        await Parallel.ForEachAsync(unread, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation }, async (stub, token) =>
        {
            NomadInstance[] items;
            try
            {
                items = ItemsOf((await _client.GetAsync("/v1/job/" + Uri.EscapeDataString(stub.ID!), 0, TimeSpan.Zero, false, NomadJson.Default.JobJson, token)).Value);
            }
            catch (NomadException error) when (error.Fault == NomadFault.UnexpectedStatus)
            {
                // 404: it was purged meanwhile.
                return;
            }

            lock (gate)
            {
                next[stub.ID!] = (stub.JobModifyIndex, items);
            }
        });

        _jobs = next;
        NomadInstance[] now = [.. next.Values.SelectMany(static job => job.Items).OrderBy(static item => item.Id, StringComparer.Ordinal)];
        if (!now.SequenceEqual(_items))
        {
            _items = now;
            _changed();
        }
    }
}
