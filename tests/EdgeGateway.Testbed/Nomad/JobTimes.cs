namespace EdgeGateway.Testbed.Nomad;

/// <summary>The gaps of a job's life, as recorded with a program that listens at once.</summary>
public sealed record JobTimes
{
    /// <summary>From registration to the open port: 90–290 ms (b1, b2, b5); 2–3 s with a slow start (b7).</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The group's <c>shutdown_delay</c> between removal and the kill signal; Nomad's default is none.</summary>
    public TimeSpan Shutdown { get; init; }

    /// <summary>From the kill signal to the closed port: 5–10 ms (b5).</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>From the end of the old instance to the registration of the new one: 4–40 ms (b2).</summary>
    public TimeSpan Place { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary><c>min_healthy_time</c> between two steps of a rolling update (b2: 1 s).</summary>
    public TimeSpan MinHealthy { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The restart policy's delay after a crash (b6: 2 s; Nomad's default is 15 s).</summary>
    public TimeSpan Restart { get; init; } = TimeSpan.FromSeconds(2);
}
