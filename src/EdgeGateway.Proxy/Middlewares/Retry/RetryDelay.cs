namespace EdgeGateway.Proxy.Middlewares.Retry;

/// <summary>Waits between tries: exponential up to about twice the first one, each half as long to half as long again, as in Traefik (runtime-behaviour §2.23).</summary>
/// <param name="initial">First wait; 0 or less = none.</param>
/// <param name="attempts">Tries in total.</param>
/// <param name="random">For this middleware alone; used under a lock.</param>
internal sealed class RetryDelay(TimeSpan initial, long attempts, Random random)
{
    private readonly double _factor = attempts > 1 ? Math.Pow(2, 1.0 / (attempts - 1)) : 1;

    /// <summary>The wait before a try.</summary>
    /// <param name="retry">0 for the second try.</param>
    public TimeSpan Before(int retry)
    {
        if (initial <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        double chance;
        lock (random)
        {
            chance = 0.5 + random.NextDouble();
        }

        return initial * (Math.Min(2, Math.Pow(_factor, retry)) * chance);
    }
}
