using EdgeGateway.Tailscale.LocalApi;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>How long to wait after a failed certificate call; a change that tailscaled announces ends the wait at once.</summary>
internal static class RetryPlan
{
    /// <param name="error">What failed.</param>
    /// <param name="attempt">0 for the first failure in a row.</param>
    /// <param name="life">Life of the certificate in hand; short ones are tried again sooner. Null when there is none.</param>
    /// <param name="options">The time plan.</param>
    /// <param name="jitter">0 ≤ jitter &lt; 1.</param>
    public static TimeSpan Delay(LocalApiException error, int attempt, TimeSpan? life, CertificateKeeperOptions options, double jitter)
    {
        switch (error.Fault)
        {
            case LocalApiFault.RateLimited:
                var wait = error.RetryAfter is { } asked && asked > options.RateLimitWait ? asked : options.RateLimitWait;
                return wait * (1 + (0.1 * jitter));

            // Nothing that repetition cures: tailscaled or its settings must change, which the watch sees; this is the slow poll.
            case LocalApiFault.CertificateDenied or LocalApiFault.HttpsDisabled or LocalApiFault.NoNetmap or LocalApiFault.UnknownName
                or LocalApiFault.WildcardDisabled or LocalApiFault.DaemonSetup or LocalApiFault.InvalidRequest
                or LocalApiFault.SocketMissing or LocalApiFault.SocketDead or LocalApiFault.SocketFileMounted or LocalApiFault.SocketDenied:
                return options.StatusPoll * (0.9 + (0.2 * jitter));

            case LocalApiFault.TimedOut:
                return BackOff(attempt, life, options, jitter);

            default:
                return attempt == 0 ? Scaled(options.QuickRetry, life, 30) * (1 + (1.5 * jitter)) : BackOff(attempt - 1, life, options, jitter);
        }
    }

    private static TimeSpan BackOff(int step, TimeSpan? life, CertificateKeeperOptions options, double jitter)
    {
        var first = Scaled(options.FirstRetry, life, 30);
        var longest = Scaled(options.LongestRetry, life, 12);
        var wait = first * Math.Pow(2, Math.Min(step, 16)); // 2^16 minutes is beyond any LongestRetry
        return (wait < longest ? wait : longest) * (0.8 + (0.4 * jitter));
    }

    private static TimeSpan Scaled(TimeSpan wait, TimeSpan? life, int share) => life is { } l && l / share < wait ? l / share : wait;
}
