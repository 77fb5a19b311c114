namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Fields of a request's record, named as in Traefik (static-config §2.5); durations are nanoseconds.</summary>
internal enum AccessLogField
{
    /// <summary>The peer, <c>ip:port</c>.</summary>
    ClientAddr,

    /// <summary>The X-Forwarded-For that was believed, else the peer's address.</summary>
    ClientHost,

    /// <summary>The peer's port.</summary>
    ClientPort,

    /// <summary>Who was authenticated; <c>-</c> = nobody was asked.</summary>
    ClientUsername,

    /// <summary>Body bytes sent to the client.</summary>
    DownstreamContentSize,

    /// <summary>Status sent to the client.</summary>
    DownstreamStatus,

    /// <summary>From the request's begin to its end.</summary>
    Duration,

    /// <summary>Origin's size divided by the client's, where they differ.</summary>
    GzipRatio,

    /// <summary>Body bytes of the service's answer.</summary>
    OriginContentSize,

    /// <summary>Time in the service.</summary>
    OriginDuration,

    /// <summary>Status of the service; 0 when none was called.</summary>
    OriginStatus,

    /// <summary>Time not in the service.</summary>
    Overhead,

    /// <summary>Host as received.</summary>
    RequestAddr,

    /// <summary>Body bytes received.</summary>
    RequestContentSize,

    /// <summary>Number of the request since the start.</summary>
    RequestCount,

    /// <summary>Host without its port.</summary>
    RequestHost,

    /// <summary>Method.</summary>
    RequestMethod,

    /// <summary>Target as received.</summary>
    RequestPath,

    /// <summary>Port of the host; <c>-</c> = none.</summary>
    RequestPort,

    /// <summary>Such as <c>HTTP/1.1</c>.</summary>
    RequestProtocol,

    /// <summary><c>http</c> or <c>https</c>.</summary>
    RequestScheme,

    /// <summary>Attempts after the first.</summary>
    RetryAttempts,

    /// <summary>Qualified name of the router.</summary>
    RouterName,

    /// <summary>Host and port of the server.</summary>
    ServiceAddr,

    /// <summary>Qualified name of the service.</summary>
    ServiceName,

    /// <summary>URL of the server.</summary>
    ServiceURL,

    /// <summary>Begin, in local time.</summary>
    StartLocal,

    /// <summary>Begin, in UTC.</summary>
    StartUTC,

    /// <summary>Cipher suite.</summary>
    TLSCipher,

    /// <summary>Subject of the client's certificate.</summary>
    TLSClientSubject,

    /// <summary><c>1.2</c> or <c>1.3</c>.</summary>
    TLSVersion,

    /// <summary>Entry point.</summary>
    EntryPointName,
}
