using Polly;
using Polly.Retry;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>How a wrapper runs the rest of the pipeline again: until a try says true, throws, or was the last.</summary>
internal static class Tries
{
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="repeats">Tries after the first.</param>
    /// <param name="pause">Before each of them, by its number from 0; null = none.</param>
    public static ResiliencePipeline<bool> UntilTrue(TimeProvider time, int repeats, Func<int, TimeSpan>? pause = null) =>
        new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome is { Exception: null, Result: false }),
                MaxRetryAttempts = repeats,
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(pause?.Invoke(arguments.AttemptNumber) ?? TimeSpan.Zero),
            })
            .Build();
}
