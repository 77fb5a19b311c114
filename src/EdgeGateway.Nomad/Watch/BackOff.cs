using EdgeGateway.Nomad.Client;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// The wait between two tries: exponential with jitter, and ended early when Nomad is back. While Nomad is away its agent
/// is asked the cheapest question there is (<see cref="NomadClient.HasLeaderAsync"/>) every
/// <see cref="NomadTimings.ProbeEvery"/>, one at a time: a refused connection, or an answer from memory. The wait itself
/// stays long for whatever the question cannot judge (rights, limits, TLS, answers that make no sense).
/// </summary>
internal sealed class BackOff(NomadClient client, NomadTimings timings, TimeProvider time, Random random)
{
    private readonly Queue<long> _believed = new();

    /// <summary>Returns when the next try is due.</summary>
    /// <param name="error">Why the last try failed.</param>
    /// <param name="attempt">0 for the first failure in a row.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task WaitAsync(Exception? error, int attempt, CancellationToken cancellation)
    {
        var wait = Next(error, attempt);
        // A sign of return is believed a few times in a while: an agent whose port opens long before it works, or whose
        // streams end as soon as they begin, is tried at the pace of the back-off, not of the questions.
        while (_believed.TryPeek(out var first) && time.GetElapsedTime(first) > timings.HealthySession)
        {
            _believed.Dequeue();
        }

        if (error is NomadException { IsAway: true, RetryAfter: null } && _believed.Count < timings.ProbesBelieved)
        {
            if (await ReturnedAsync(wait, cancellation))
            {
                _believed.Enqueue(time.GetTimestamp());
            }
        }
        else
        {
            await Task.Delay(wait, time, cancellation);
        }
    }

    private TimeSpan Next(Exception? error, int attempt)
    {
        if (error is NomadException { RetryAfter: { } after } && after > TimeSpan.Zero)
        {
            // Longer than a minute is not believed: the routes would be old by then.
            return after < TimeSpan.FromMinutes(1) ? after : TimeSpan.FromMinutes(1);
        }

        var step = timings.BackoffBase * Math.Pow(2, Math.Min(attempt, 16)); // 2^16 times half a second is above any limit
        return (step < timings.BackoffMax ? step : timings.BackoffMax) * (0.75 + (0.5 * random.NextDouble()));
    }

    private async Task<bool> ReturnedAsync(TimeSpan within, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (within - time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
        {
            var pause = timings.ProbeEvery * (0.75 + (0.5 * random.NextDouble()));
            await Task.Delay(pause < left ? pause : left, time, cancellation);
            if (await client.HasLeaderAsync(cancellation))
            {
                return true;
            }
        }

        return false;
    }
}
