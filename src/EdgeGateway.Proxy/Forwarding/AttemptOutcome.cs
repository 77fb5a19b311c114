namespace EdgeGateway.Proxy.Forwarding;

/// <summary>How far an attempt came and why it ended (design decision 9). A forwarder never writes a status of its own.</summary>
/// <param name="Result">What happened.</param>
/// <param name="BodyTouched">Some of the client's body may have been read, so it cannot be sent again.</param>
/// <param name="Cause">The exception, for the log.</param>
/// <param name="Idled">The connection had been used before and may have idled to death: that says nothing about the server.</param>
public readonly record struct AttemptOutcome(AttemptResult Result, bool BodyTouched, Exception? Cause, bool Idled = false)
{
    /// <summary>The answer was passed on to its end.</summary>
    public static readonly AttemptOutcome Answered = new(AttemptResult.Answered, false, null);
}

/// <summary>What happened to an attempt.</summary>
public enum AttemptResult
{
    /// <summary>The answer was passed on to its end.</summary>
    Answered,

    /// <summary>The answer came, but <see cref="Pipeline.GatewayContext.AnswerGate"/> does not want it: nothing of it was passed on.</summary>
    Refused,

    /// <summary>No connection could be made; the server saw nothing of the request.</summary>
    ConnectFailed,

    /// <summary>No connection could be made in time; the server saw nothing of the request.</summary>
    ConnectTimedOut,

    /// <summary>The connection ended before an answer.</summary>
    ClosedBeforeAnswer,

    /// <summary>A time limit ran out before an answer.</summary>
    TimedOut,

    /// <summary>The server's answer cannot be understood, or its certificate is not trusted.</summary>
    Unusable,

    /// <summary>The client left.</summary>
    ClientLeft,

    /// <summary>The client's body cannot be read to its end.</summary>
    ClientBodyBroken,

    /// <summary>The client's body came too slowly.</summary>
    ClientBodyTimedOut,

    /// <summary>The answer began and could not be finished.</summary>
    CutShort,
}
