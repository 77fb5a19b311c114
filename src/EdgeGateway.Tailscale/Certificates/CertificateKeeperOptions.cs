namespace EdgeGateway.Tailscale.Certificates;

/// <summary>
/// The keeper's time plan. Defaults are those of <c>reference/tailscale-localapi.md</c> §4.4, §7: issuing takes seconds to minutes, a
/// call that hangs never ends by itself, and an authority that is asked too often locks a name out. Tests make them short.
/// </summary>
public sealed record CertificateKeeperOptions
{
    /// <summary>When a certificate call is given up. An order takes up to a minute; hanging up starts it from the beginning.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Least wait before the first repetition; up to 2.5 times as long. A link change fails an order that works a second later.</summary>
    public TimeSpan QuickRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Wait before the second repetition, doubled for each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait between repetitions.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Least wait after a 429, whatever its <c>Retry-After</c> says.</summary>
    public TimeSpan RateLimitWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Shortest time between two looks at a certificate that is not due; up to twice as long. tailscaled renews only when asked.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How often the status is read although tailscaled announced nothing; also how often a refusal is asked about again.</summary>
    public TimeSpan StatusPoll { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The same while tailscaled is not running (starting, logged out).</summary>
    public TimeSpan StartingPoll { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>First and shortest wait before a socket that does not answer is tried again; grows to <see cref="ReconnectLongest"/>.</summary>
    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait before a socket that does not answer is tried again.</summary>
    public TimeSpan ReconnectLongest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long notifications are gathered: 2–20 lines come within a few milliseconds of one change.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(100);
}
