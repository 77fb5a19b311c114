namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>What the first bytes of a connection are.</summary>
internal enum OpeningKind
{
    /// <summary>More bytes are needed to tell.</summary>
    Undecided,

    /// <summary>A TLS record.</summary>
    Tls,

    /// <summary>The HTTP/2 preface in the clear.</summary>
    Http2,

    /// <summary>Anything else: HTTP/1.x answers it, if only with 400.</summary>
    Http1,
}

/// <summary>Tells TLS, HTTP/2 and HTTP/1.x from the first bytes (runtime-behaviour §4.1).</summary>
internal static class ProtocolSniffer
{
    // RFC 9113 §3.4.
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>The kind; undecided only while everything so far is a beginning of the HTTP/2 preface.</summary>
    public static OpeningKind Classify(ReadOnlySpan<byte> opening)
    {
        if (opening.IsEmpty)
        {
            return OpeningKind.Undecided;
        }

        // RFC 8446 §5.1: content type handshake. 0x80 opens an SSLv2 hello, which Traefik takes for TLS too.
        if (opening[0] is 0x16 or 0x80)
        {
            return OpeningKind.Tls;
        }

        var compared = Math.Min(opening.Length, Preface.Length);
        if (!opening[..compared].SequenceEqual(Preface[..compared]))
        {
            return OpeningKind.Http1;
        }

        return compared == Preface.Length ? OpeningKind.Http2 : OpeningKind.Undecided;
    }
}
