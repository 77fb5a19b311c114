namespace EdgeGateway.Configuration.Static;

/// <summary>What a variable of <c>accessLog.l4.format</c> stands for; docs/access-log-l4.md says it for users.</summary>
public enum Layer4LogField
{
    /// <summary>No variable: the text of the segment.</summary>
    Text,

    /// <summary>Client, after PROXY protocol.</summary>
    ClientAddress,

    /// <inheritdoc cref="ClientAddress" />
    ClientPort,

    /// <summary>Peer of the socket, before PROXY protocol.</summary>
    PeerAddress,

    /// <inheritdoc cref="PeerAddress" />
    PeerPort,

    /// <summary>Our side, after PROXY protocol.</summary>
    LocalAddress,

    /// <inheritdoc cref="LocalAddress" />
    LocalPort,

    /// <summary>Client named by a PROXY header that was believed.</summary>
    ProxyAddress,

    /// <inheritdoc cref="ProxyAddress" />
    ProxyPort,

    /// <summary>TCP or UDP.</summary>
    Protocol,

    /// <summary>200, 400, 403, 500, 502 or 503.</summary>
    Status,

    /// <summary>End of the session, <c>02/Jan/2006:15:04:05 -0700</c>.</summary>
    TimeLocal,

    /// <summary>The same, <c>2006-01-02T15:04:05+00:00</c>.</summary>
    TimeIso,

    /// <summary>The same, in seconds since 1970 with milliseconds.</summary>
    Milliseconds,

    /// <summary>Seconds with milliseconds.</summary>
    SessionTime,

    /// <summary>Data of the client.</summary>
    BytesReceived,

    /// <summary>Data to the client.</summary>
    BytesSent,

    /// <summary>Bytes of the client's socket, TLS included.</summary>
    SocketBytesReceived,

    /// <inheritdoc cref="SocketBytesReceived" />
    SocketBytesSent,

    /// <summary>Servers tried, in order.</summary>
    ServerAddresses,

    /// <summary>Data to each of them.</summary>
    ServerBytesSent,

    /// <summary>Data of each of them.</summary>
    ServerBytesReceived,

    /// <summary>Time to connect each of them.</summary>
    ServerConnectTime,

    /// <summary>Server name of the ClientHello.</summary>
    ServerName,

    /// <summary>Server name of the ClientHello, where TLS ended here.</summary>
    TerminatedServerName,

    /// <summary>Protocols that the ClientHello offers.</summary>
    OfferedProtocols,

    /// <summary>Protocol chosen, where TLS ended here.</summary>
    ChosenProtocol,

    /// <summary>TLS version, where TLS ended here.</summary>
    TlsVersion,

    /// <summary>Cipher suite, where TLS ended here.</summary>
    TlsCipher,

    /// <summary>Entry point.</summary>
    EntryPoint,

    /// <summary>Router that took the connection.</summary>
    Router,

    /// <summary>Service that chose the server.</summary>
    Service,

    /// <summary>client, server or gateway.</summary>
    EndedBy,

    /// <summary>How.</summary>
    End,

    /// <summary>Number of the connection.</summary>
    Connection,

    /// <summary>Name of the machine.</summary>
    HostName,

    /// <summary>Number of the process.</summary>
    ProcessId,
}
