namespace EdgeGateway.Testbed.Nomad;

/// <summary>What the stand-in does wrong, until told otherwise.</summary>
public enum NomadFaultMode
{
    None,

    /// <summary>Every request hangs.</summary>
    Hang,

    /// <summary>500 <c>No cluster leader</c>.</summary>
    NoLeader,

    /// <summary>429 with Retry-After.</summary>
    TooMany,

    /// <summary>200 with text that is no JSON.</summary>
    Malformed,

    /// <summary>200 with an empty list and index 0, as an agent that shuts down.</summary>
    NotCredible,

    /// <summary>Streams stay open and say nothing; reads work (nomad-api §8.3).</summary>
    SilentStream,
}
