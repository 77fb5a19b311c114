namespace EdgeGateway.Nomad.Client;

/// <summary>What can go wrong between the gateway and Nomad. Each kind is one message code and is logged once until Nomad is well again.</summary>
internal enum NomadFault
{
    /// <summary>Refused, reset, no such host or socket.</summary>
    Unreachable,

    /// <summary>No answer within the time limit.</summary>
    Timeout,

    /// <summary>TLS handshake or certificate.</summary>
    Tls,

    /// <summary>401: the Task API wants a token.</summary>
    Unauthorized,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>429: too many connections from this host.</summary>
    TooManyRequests,

    /// <summary>5xx: no leader, no servers, not ready.</summary>
    ServerError,

    /// <summary>Any other status that is not 200.</summary>
    UnexpectedStatus,

    /// <summary>JSON that cannot be read, or a body that breaks off.</summary>
    Malformed,

    /// <summary>A body or a line above the size limit.</summary>
    TooLarge,

    /// <summary>200 with index 0 or none (nomad-api §3.4).</summary>
    NotCredible,

    /// <summary>No namespace is visible, or the jobs of one are not: the token lacks rights.</summary>
    NothingVisible,

    /// <summary>The event stream cannot be opened: no first line, or a status; blocking queries are used.</summary>
    StreamRefused,

    /// <summary>The event stream ended.</summary>
    StreamEnded,

    /// <summary>The event stream said nothing, not even a heartbeat, or less than the state shows.</summary>
    StreamSilent,
}
