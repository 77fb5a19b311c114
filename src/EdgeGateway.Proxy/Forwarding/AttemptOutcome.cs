namespace EdgeGateway.Proxy.Forwarding;

/// <summary>How far an attempt came and why it ended (design decision 9). A forwarder never writes a status of its own.</summary>
/// <param name="Result">What happened.</param>
/// <param name="BodyTouched">Some of the client's body was read, so it cannot be sent again.</param>
/// <param name="Cause">The exception, for the log.</param>
public readonly record struct AttemptOutcome(AttemptResult Result, bool BodyTouched, Exception? Cause);

/// <summary>What happened to an attempt.</summary>
public enum AttemptResult
{
    /// <summary>The answer was passed on to its end.</summary>
    Answered,

    /// <summary>No connection could be made; the server saw nothing.</summary>
    ConnectFailed,

    /// <summary>The connection ended before the first byte of an answer.</summary>
    ClosedBeforeAnswer,

    /// <summary>A time limit ran out before an answer.</summary>
    TimedOut,

    /// <summary>The server's answer cannot be understood, or its certificate is not trusted.</summary>
    Unusable,

    /// <summary>The client left or its body could not be read.</summary>
    ClientLeft,

    /// <summary>The answer began and could not be finished; the client's connection was aborted.</summary>
    CutShort,
}
