namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>Tells protocols apart by the fewest bytes that can: a short opening is never kept waiting.</summary>
internal static class Opening
{
    private const byte TlsHandshakeRecord = 0x16; // RFC 8446 §5.1

    private const byte OldHello = 0x80; // two-byte record header of SSL 2, RFC 5246 appendix E.2

    // RFC 9113 §3.4
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    // PostgreSQL, "Message Formats": SSLRequest.
    private static ReadOnlySpan<byte> SslRequest => [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

    /// <summary>Length of the SSLRequest.</summary>
    public static int StartTlsLength => SslRequest.Length;

    /// <summary>The protocol, or Unknown while <paramref name="bytes"/> is only the beginning of the HTTP/2 preface or of an SSLRequest.</summary>
    /// <param name="bytes">What was read.</param>
    /// <param name="knowsStartTls">True where TCP routers with TLS can take what follows an SSLRequest.</param>
    public static OpeningKind Detect(ReadOnlySpan<byte> bytes, bool knowsStartTls = false)
    {
        if (bytes.IsEmpty)
        {
            return OpeningKind.Unknown;
        }

        if (bytes[0] == TlsHandshakeRecord)
        {
            return OpeningKind.Tls;
        }

        if (bytes[0] == OldHello)
        {
            return OpeningKind.OldTls;
        }

        if (knowsStartTls && bytes[..Math.Min(bytes.Length, SslRequest.Length)].SequenceEqual(SslRequest[..Math.Min(bytes.Length, SslRequest.Length)]))
        {
            return bytes.Length < SslRequest.Length ? OpeningKind.Unknown : OpeningKind.StartTls;
        }

        var length = Math.Min(bytes.Length, Preface.Length);
        if (!bytes[..length].SequenceEqual(Preface[..length]))
        {
            return OpeningKind.Http1;
        }

        return length == Preface.Length ? OpeningKind.Http2 : OpeningKind.Unknown;
    }
}
