namespace EdgeGateway.Tailscale.Certificates;

/// <summary>
/// When to look at a certificate again. tailscaled renews at two thirds of the life and only when it is asked: that call still gets
/// the old certificate, a later one the new. All times scale with the life, so that 90-day, 6-day and 60-second certificates follow
/// the same plan.
/// </summary>
internal readonly record struct RenewalPlan(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    // Steps after a call that probably started a renewal (reference §4.4), and their share of a short life.
    private static readonly TimeSpan[] Steps = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60)];
    private static readonly int[] Shares = [30, 10, 6];
    private static readonly TimeSpan ForceEvery = TimeSpan.FromHours(6);

    public TimeSpan Life => NotAfter - NotBefore;

    /// <summary>From here on tailscaled starts a renewal when it is asked.</summary>
    public DateTimeOffset Due => NotBefore + (Life * 2 / 3);

    /// <summary>Less than a sixth is left and nothing new came: force an order, and say so.</summary>
    public bool IsLate(DateTimeOffset now) => NotAfter - now < Life / 6;

    /// <summary>How long to wait before the next call.</summary>
    /// <param name="now">The time now.</param>
    /// <param name="unchanged">Calls since the renewal was due that brought the same certificate.</param>
    /// <param name="lookEvery">Shortest regular interval.</param>
    /// <param name="jitter">0 ≤ jitter &lt; 1.</param>
    public TimeSpan NextLook(DateTimeOffset now, int unchanged, TimeSpan lookEvery, double jitter)
    {
        if (now < Due)
        {
            var regular = lookEvery + (lookEvery * jitter);
            var untilDue = Due - now + (Life / 60 * jitter);
            return regular < untilDue ? regular : untilDue;
        }

        var n = Math.Min(Math.Max(unchanged, 1), Steps.Length) - 1;
        var step = Min(Steps[n], Life / Shares[n]);
        var least = Min(Steps[0], Life / 60);
        var most = Max(least, (NotAfter - now) / 4);
        return Max(least, Min(step, most)) * (0.9 + (0.2 * jitter));
    }

    /// <summary>
    /// The <c>min_validity</c> to send, or null. It makes tailscaled order at once; above the life of the authority's certificates it
    /// would order at every call, hence at most a quarter of this one's.
    /// </summary>
    public TimeSpan? MinValidity(DateTimeOffset now, DateTimeOffset? lastForced)
    {
        var left = NotAfter - now;
        return IsLate(now) && left > TimeSpan.Zero && (lastForced is not { } last || now - last >= Min(ForceEvery, Life / 30))
            ? Min(left * 1.1, Life / 4)
            : null;
    }

    /// <summary>Time limit of a call while this certificate is still good: it must not be blocked past its end.</summary>
    public TimeSpan CallLimit(DateTimeOffset now, TimeSpan limit) =>
        now < NotAfter ? Min(limit, Max(TimeSpan.FromSeconds(10), Life / 6)) : limit;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
