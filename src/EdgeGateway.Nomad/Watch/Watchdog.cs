using EdgeGateway.Nomad.Client;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// The blocking query beside the stream, step 5 of <see cref="NomadWatch"/>: it fails at once when the agent goes, and it sees what a silent or
/// lossy stream does not tell (nomad-api §8.3).
/// </summary>
internal sealed class Watchdog(
    NomadClient client, NomadProviderOptions options, NomadTimings timings, TimeProvider time, WatchedTable table, LookSchedule looks, WatchCalls calls)
{
    /// <summary>Comparing a list of so many names takes about a millisecond.</summary>
    public const int LargeTable = 1000;

    /// <summary>Runs until cancelled, or until Nomad is away.</summary>
    /// <exception cref="NomadException">Nomad is away.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var at = table.LookIndex;
        while (true)
        {
            var armed = time.GetTimestamp();
            var isTold = false;
            var answer = await calls.CallAsync(
                token => client.ServicesAsync(
                    at, options.EndpointWaitTime ?? timings.WatchdogWait, false, token, async index => isTold = await IsToldAsync(at, index, token)),
                cancellation);
            if (answer.Index < at)
            {
                looks.Ask(LookReason.Missed, TimeSpan.Zero);
            }
            else if (answer.Index > at && !isTold)
            {
                await CompareAsync(answer, cancellation);
            }

            at = answer.Index;
            if (timings.WatchdogSpacing - time.GetElapsedTime(armed) is var pause && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    /// <summary>
    /// True when a large list need not be read: nothing changed, or the stream came as far. Reading ten thousand names costs fifty times
    /// what the change itself does; whether the stream left something out is then seen by the periodic look alone.
    /// </summary>
    private async Task<bool> IsToldAsync(ulong at, ulong index, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + timings.StreamLag;
        while (true)
        {
            var progress = table.Progress();
            if (progress.Count < LargeTable)
            {
                return false;
            }

            if (index == at || (index > at && (progress.StreamIndex >= index || progress.LookIndex >= index)))
            {
                return true;
            }

            if (index < at || !await NextLineAsync(progress, until, cancellation))
            {
                return false;
            }
        }
    }

    /// <summary>The list changed at the server: the stream must have told the same.</summary>
    private async Task CompareAsync(NomadAnswer<List<ServiceListing>> answer, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + timings.StreamLag;
        while (table.Compare(answer) is { IsEqual: { } isEqual, Progress: var progress })
        {
            if (progress.StreamIndex >= answer.Index)
            {
                if (!isEqual)
                {
                    looks.Ask(LookReason.Vague, TimeSpan.Zero);
                }

                return;
            }

            if (!await NextLineAsync(progress, until, cancellation))
            {
                // Same names and tags under a new index: another namespace's change, or instances that came and went
                // without an event. A visible difference is proof.
                if (isEqual)
                {
                    looks.Doubt();
                }
                else
                {
                    looks.Ask(LookReason.Missed, TimeSpan.Zero);
                }

                return;
            }
        }
    }

    /// <summary>Waits for the stream's next line. False when the time is over already; one that ends while it waits is seen by the next call.</summary>
    private async Task<bool> NextLineAsync(WatchProgress progress, DateTimeOffset until, CancellationToken cancellation)
    {
        var left = until - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        await progress.Next.WaitAsync(left, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return true;
    }
}
