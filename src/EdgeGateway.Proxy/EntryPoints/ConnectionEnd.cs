namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>How a connection ended.</summary>
public enum ConnectionEnd
{
    /// <summary>It is open.</summary>
    Open,

    /// <summary>The client sent FIN or close_notify first.</summary>
    ClientClosed,

    /// <summary>The client reset it, or sending to it failed.</summary>
    ClientReset,

    /// <summary>The gateway closed it after an answer, an idle time or a drain.</summary>
    GatewayClosed,

    /// <summary>The gateway cut it.</summary>
    Aborted,

    /// <summary>The first bytes did not arrive within <c>readTimeout</c>.</summary>
    OpeningTimeout,

    /// <summary>The TLS handshake failed.</summary>
    HandshakeFailed,

    /// <summary>The TLS handshake did not end in time.</summary>
    HandshakeTimeout,

    /// <summary>The first bytes were no PROXY header or ClientHello although they began as one.</summary>
    BadOpening,

    /// <summary>No router takes it.</summary>
    NoRoute,

    /// <summary>A TCP middleware did not let the address in.</summary>
    Refused,

    /// <summary>A TCP middleware found too many connections open.</summary>
    TooMany,

    /// <summary>No server of the service could be reached.</summary>
    NoServer,

    /// <summary>The server of a TCP service sent FIN or close_notify first.</summary>
    ServerClosed,

    /// <summary>The server of a TCP or UDP service reset it or refused, or sending to it failed.</summary>
    ServerReset,

    /// <summary>One direction had ended, and <c>terminationDelay</c> was over.</summary>
    TerminationDelay,

    /// <summary>Nothing went either way for the idle time-out.</summary>
    IdleTimeout,

    /// <summary>It was open for as long as it may be.</summary>
    SessionTimeout,

    /// <summary>A UDP session that made room for another.</summary>
    Evicted,
}
