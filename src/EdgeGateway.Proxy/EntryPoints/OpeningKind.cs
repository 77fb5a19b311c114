namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>What a client's first bytes say.</summary>
internal enum OpeningKind
{
    /// <summary>Too few bytes to tell.</summary>
    Unknown,

    /// <summary>A TLS record with a handshake.</summary>
    Tls,

    /// <summary>The HTTP/2 preface in the clear (prior knowledge).</summary>
    Http2,

    /// <summary>Anything else: HTTP/1.</summary>
    Http1,
}
