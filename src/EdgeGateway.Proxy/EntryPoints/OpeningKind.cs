namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>What a client's first bytes say.</summary>
internal enum OpeningKind
{
    /// <summary>Too few bytes to tell.</summary>
    Unknown,

    /// <summary>A TLS record with a handshake.</summary>
    Tls,

    /// <summary>A hello of SSL 2: TLS without anything to route by, and nothing that is spoken here.</summary>
    OldTls,

    /// <summary>A PostgreSQL SSLRequest: TLS follows once it is answered.</summary>
    StartTls,

    /// <summary>The HTTP/2 preface in the clear (prior knowledge).</summary>
    Http2,

    /// <summary>Anything else: HTTP/1.</summary>
    Http1,
}
