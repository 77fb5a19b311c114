using EdgeGateway.Nomad.Client;
using static EdgeGateway.Nomad.Durations;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// Watches without a usable stream, step 8 of <see cref="NomadWatch"/>: by blocking queries, and without those by a poll every
/// <c>refreshInterval</c>. What the list shows is taken up at once; everything is read for a tenth of the time at most.
/// </summary>
internal sealed class ListWatch(
    NomadClient client, NomadProviderOptions options, NomadTimings timings, TimeProvider time, WatchedTable table, Looks looks, WatchCalls calls)
{
    /// <summary>Watches for a while; the stream is then worth another try.</summary>
    /// <exception cref="NomadException">Nomad is away.</exception>
    public async Task RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var (at, quick, isPart) = (table.LookIndex, 0, false);
        var (lookedAt, took) = (begun, TimeSpan.Zero);
        while (time.GetElapsedTime(begun) is var elapsed && elapsed < length)
        {
            // A look reads every name: not more than a tenth of the time goes into that.
            var rest = (took * 10) - time.GetElapsedTime(lookedAt);
            if (isPart && rest <= TimeSpan.Zero)
            {
                await AllAsync();
                continue;
            }

            var armed = time.GetTimestamp();
            var wait = Min(options.EndpointWaitTime ?? timings.FallbackWait, isPart ? Min(rest, length - elapsed) : length - elapsed);
            var answer = await calls.CallAsync(token => client.ServicesAsync(at, wait, false, token), cancellation);
            if (answer.Index != at)
            {
                quick = 0;
                var isLarge = answer.Value.Count >= Watchdog.LargeTable;
                if (answer.Index > at && (isLarge || rest > TimeSpan.Zero))
                {
                    await looks.PartAsync(answer, cancellation);
                    (at, isPart) = (answer.Index, true);
                }

                // An index that went back is another state, of which the part in hand says nothing.
                if (!isPart || rest <= TimeSpan.Zero || answer.Index < at)
                {
                    await AllAsync();
                }

                await PauseAsync(timings.WatchdogSpacing - time.GetElapsedTime(armed));
            }
            else if (time.GetElapsedTime(armed) < Min(wait, TimeSpan.FromMilliseconds(100)) && ++quick >= 3)
            {
                // Something in between does not let queries wait.
                await PauseAsync(Min(options.RefreshInterval, isPart ? wait : timings.Resync));
                if (!isPart)
                {
                    await AllAsync();
                }
            }
        }

        async Task AllAsync()
        {
            var from = time.GetTimestamp();
            await looks.AllAsync(cancellation);
            (lookedAt, took) = (time.GetTimestamp(), time.GetElapsedTime(from));
            (at, isPart) = (table.LookIndex, false);
        }

        Task PauseAsync(TimeSpan pause) => pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellation) : Task.CompletedTask;
    }
}
