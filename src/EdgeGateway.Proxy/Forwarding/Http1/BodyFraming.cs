namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>How a body is delimited on an HTTP/1.1 connection (RFC 9112 §6).</summary>
internal enum BodyFraming
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>So many bytes.</summary>
    Length,

    /// <summary>In chunks.</summary>
    Chunked,

    /// <summary>Until the server closes; answers only.</summary>
    UntilClose,
}
