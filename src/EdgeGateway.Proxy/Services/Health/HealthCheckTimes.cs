using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>The times of a health check, in force; what is 0 or less has its default, as in Traefik.</summary>
/// <param name="Interval">Between checks of a server that is up; default 30 s.</param>
/// <param name="UnhealthyInterval">Between checks of one that is down; default the interval.</param>
/// <param name="Timeout">Of one check; default 5 s.</param>
internal readonly record struct HealthCheckTimes(TimeSpan Interval, TimeSpan UnhealthyInterval, TimeSpan Timeout)
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads them.</summary>
    public static HealthCheckTimes Of(HealthCheckConfig config)
    {
        var interval = Positive(config.Interval, DefaultInterval);
        return new(
            interval,
            config.UnhealthyInterval is { } unhealthy ? Positive(unhealthy, DefaultInterval) : interval,
            Positive(config.Timeout, DefaultTimeout));
    }

    private static TimeSpan Positive(TimeSpan value, TimeSpan otherwise) => value > TimeSpan.Zero ? value : otherwise;
}
