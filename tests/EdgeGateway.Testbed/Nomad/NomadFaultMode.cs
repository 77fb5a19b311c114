namespace EdgeGateway.Testbed.Nomad;

/// <summary>What the stand-in does wrong, until told otherwise.</summary>
public enum NomadFaultMode
{
    None,

    /// <summary>Every request hangs.</summary>
    Hang,

    /// <summary>500 <c>No cluster leader</c>.</summary>
    NoLeader,

    /// <summary>A new leader that has not caught up: reads answer 500 <c>Not ready to serve consistent reads</c>, the leader is known.</summary>
    NotReady,

    /// <summary>A status without name: 502 with a page, as a proxy in front whose Nomad is away.</summary>
    BadGateway,

    /// <summary>429 with Retry-After.</summary>
    TooMany,

    /// <summary>200 with text that is no JSON.</summary>
    Malformed,

    /// <summary>200 with an empty list and index 0, as an agent that shuts down.</summary>
    NotCredible,

    /// <summary>Streams stay open and say nothing; reads work (nomad-api §8.3).</summary>
    SilentStream,

    /// <summary>Streams answer 403, as a proxy in front that forbids them; reads work.</summary>
    ForbiddenStream,

    /// <summary>Streams answer 501, as a proxy or an agent that cannot; reads work.</summary>
    UnknownStream,

    /// <summary>The port is closed and every connection reset.</summary>
    Refuse,

    /// <summary>403 <c>Permission denied</c>.</summary>
    Forbidden,

    /// <summary>Streams answer <c>HTTP/0.0 200 OK</c> as Nomad 1.11.2; reads work.</summary>
    BrokenStreamHead,

    /// <summary>Streams lose their events but send heartbeats; reads work.</summary>
    LossyStream,
}
