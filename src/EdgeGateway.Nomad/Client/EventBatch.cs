namespace EdgeGateway.Nomad.Client;

/// <summary>All lines that stood in the read buffer together: they count as one change (design decision 11).</summary>
internal sealed class EventBatch
{
    /// <summary>The changes in the order of the lines.</summary>
    public List<ServiceEvent> Events { get; } = [];

    /// <summary>Highest line index; 0 = heartbeats only.</summary>
    public ulong Index { get; set; }

    /// <summary>When its first byte was here (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long Arrived { get; set; }

    /// <summary>
    /// True when a line told that something changed without telling what: the payload is missing, as a proxy or an
    /// imitation of Nomad may send. The table must be read then.
    /// </summary>
    public bool Vague { get; set; }
}
