namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>Tells protocols apart by the fewest bytes that can: a short opening is never kept waiting.</summary>
internal static class Opening
{
    private const byte TlsHandshakeRecord = 0x16; // RFC 8446 §5.1

    // RFC 9113 §3.4
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>The protocol, or Unknown while <paramref name="bytes"/> is only the beginning of the HTTP/2 preface.</summary>
    public static OpeningKind Detect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return OpeningKind.Unknown;
        }

        if (bytes[0] == TlsHandshakeRecord)
        {
            return OpeningKind.Tls;
        }

        var length = Math.Min(bytes.Length, Preface.Length);
        if (!bytes[..length].SequenceEqual(Preface[..length]))
        {
            return OpeningKind.Http1;
        }

        return length == Preface.Length ? OpeningKind.Http2 : OpeningKind.Unknown;
    }
}
