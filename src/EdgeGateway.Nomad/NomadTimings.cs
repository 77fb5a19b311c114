namespace EdgeGateway.Nomad;

/// <summary>The waits and limits of the Nomad part in one place, with their origin. Tests shorten them.</summary>
internal sealed record NomadTimings
{
    /// <summary>TCP, socket and TLS connect.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A plain read: a server without a leader holds it 5 s before it says so (nomad-api §3.5).</summary>
    public TimeSpan Read { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>What a blocking query may take beyond its wait and Nomad's 1/16 of it (nomad-api §3.2).</summary>
    public TimeSpan BlockingGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wait of the watchdog query beside the stream (nomad-api §8.3).</summary>
    public TimeSpan WatchdogWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait of the blocking query that replaces the stream (nomad-api §8.6).</summary>
    public TimeSpan FallbackWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The watchdog is re-armed at most this often (issue: once a second).</summary>
    public TimeSpan WatchdogSpacing { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the stream may lag behind the watchdog's answer (nomad-api §8.3).</summary>
    public TimeSpan StreamLag { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The stream's first line comes within a millisecond; without it in this time the stream is refused (nomad-api §8.3).</summary>
    public TimeSpan StreamHello { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the very first look waits for the stream's first line before it reads without it.</summary>
    public TimeSpan FirstLookPatience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Heartbeats come every 30 s; nothing for this long is a dead stream (nomad-api §8.3).</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>Full resync (issue: every 5 minutes).</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Least distance of resyncs that an unexplained index asked for; doubles up to <see cref="Resync"/> while they find nothing.</summary>
    public TimeSpan DoubtSpacing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a lower index must persist before the state counts as replaced: an event precedes its commit (nomad-api §8.5).</summary>
    public TimeSpan RegressConfirm { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the question for a changed list of namespaces waits: rights that come or go move no index (nomad-api §9.3).</summary>
    public TimeSpan NamespacesWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First retry of the stream while blocking queries replace it; doubles up to <see cref="Resync"/>.</summary>
    public TimeSpan StreamRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Back-off, first step (nomad-api §8.6).</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Back-off, highest step. nomad-api §8.6 allows 30 s; an agent that is back is worth a connect every 10 s, since until
    /// then dead instances stay in the table.
    /// </summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often an agent that is away is asked whether it is back; with the opening of the stream and the first look a
    /// change is live a quarter of a second after Nomad's return.
    /// </summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Time limit of that question. An agent without servers may hold it; nothing else waits meanwhile.</summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often within <see cref="HealthySession"/> a good answer to that question ends a wait; each costs a look at
    /// everything. Five outages in half a minute are more than a leader election or a restart makes.
    /// </summary>
    public int ProbesBelieved { get; init; } = 5;

    /// <summary>A session that lasted this long starts the back-off anew (Traefik's 30 s, dynamic-config §2.3).</summary>
    public TimeSpan HealthySession { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a removed ID is remembered, so that its return counts as a restart (design decision 11).</summary>
    public TimeSpan Remember { get; init; } = TimeSpan.FromSeconds(60);
}
