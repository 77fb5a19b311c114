namespace EdgeGateway.Proxy.Tls;

/// <summary>What the first bytes of a TLS connection are.</summary>
internal enum ClientHelloStatus
{
    /// <summary>A whole ClientHello.</summary>
    Complete,

    /// <summary>The beginning of one; read more.</summary>
    Incomplete,

    /// <summary>Not a ClientHello, or above the size limit. The TLS library answers it with its alert.</summary>
    Malformed,
}
