using EdgeGateway.Nomad.Client;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// How the watch tries again. A call tries by itself before it gives the session up: a stream survives a change of leader. Each failure is told
/// once (<see cref="FaultLog"/>).
/// </summary>
/// <param name="client">The API.</param>
/// <param name="timings">Waits and limits.</param>
/// <param name="time">The clock.</param>
/// <param name="faults">Where failures go.</param>
/// <param name="failed">Called at each failure; returns at once.</param>
internal sealed class WatchCalls(NomadClient client, NomadTimings timings, TimeProvider time, FaultLog faults, Action failed)
{
    private readonly ResiliencePipeline _calls = Retrying(client, timings, time, attempts: 3);

    /// <summary>The call's value.</summary>
    /// <exception cref="NomadException">It failed once more than it was repeated.</exception>
    public async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        var isAgain = false;
        var value = await _calls.ExecuteAsync(
            async token =>
            {
                try
                {
                    return await call(token);
                }
                catch (NomadException error)
                {
                    isAgain = true;
                    faults.Tell(error, client.CurrentAddress);
                    failed();
                    throw;
                }
            },
            cancellation);
        if (isAgain)
        {
            faults.Well(client.CurrentAddress, withoutStream: true);
        }

        return value;
    }

    /// <summary>
    /// Tries again after <see cref="BackOff"/>'s wait; a healthier address or a stream to reopen is not waited for. The wait
    /// is done where Polly asks for its length, since only there it can end early.
    /// </summary>
    public static ResiliencePipeline Retrying(NomadClient client, NomadTimings timings, TimeProvider time, int attempts)
    {
        var backOff = new BackOff(client, timings, time, Random.Shared);
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(static error => error is not OperationCanceledException),
                MaxRetryAttempts = attempts,
                DelayGenerator = async args =>
                {
                    switch (args.Outcome.Exception)
                    {
                        case NomadException { Fault: NomadFault.StreamSilent or NomadFault.StreamEnded } when args.AttemptNumber == 0:
                        case NomadException when attempts == int.MaxValue && client.HasBetterEndpoint:
                            break;
                        case var error:
                            await backOff.WaitAsync(error, args.AttemptNumber, args.Context.CancellationToken);
                            break;
                    }

                    return TimeSpan.Zero;
                },
            })
            .Build();
    }
}
