namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>A content coding (RFC 9110 §8.4.1).</summary>
internal enum ContentCoding
{
    /// <summary>The body stays as it is, and so does the head.</summary>
    None,

    /// <summary><c>gzip</c>.</summary>
    Gzip,

    /// <summary><c>br</c>.</summary>
    Brotli,

    /// <summary><c>zstd</c>.</summary>
    Zstd,
}
