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
}
