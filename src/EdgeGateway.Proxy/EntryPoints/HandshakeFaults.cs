namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>TLS handshakes that failed, by reason; for metrics.</summary>
public sealed class HandshakeFaults
{
    private long _timeouts;
    private long _departures;
    private long _refusals;
    private long _unknownNames;

    /// <summary>Not finished within the limit.</summary>
    public long Timeouts => Volatile.Read(ref _timeouts);

    /// <summary>The client closed or reset.</summary>
    public long Departures => Volatile.Read(ref _departures);

    /// <summary>No common version, cipher or protocol, an alert of the client, not TLS at all.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    /// <summary>No certificate for the name, and the TLS options want one (<c>sniStrict</c>).</summary>
    public long UnknownNames => Volatile.Read(ref _unknownNames);

    internal void CountTimeout() => Interlocked.Increment(ref _timeouts);

    internal void CountDeparture() => Interlocked.Increment(ref _departures);

    internal void CountRefusal() => Interlocked.Increment(ref _refusals);

    internal void CountUnknownName() => Interlocked.Increment(ref _unknownNames);
}
