using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// Answers to HTTP/1 requests that never become one (runtime-behaviour §1.2): reason phrase and body as clients of Traefik see
/// them, two headers, no length, then the connection ends.
/// </summary>
internal sealed class RefusedRequest
{
    /// <summary>Anything malformed that has no phrase of its own.</summary>
    public static readonly RefusedRequest BadRequest = new("400 Bad Request", "400 Bad Request");

    /// <summary>HTTP/1.1 without Host.</summary>
    public static readonly RefusedRequest MissingHost = Same("400 Bad Request: missing required Host header");

    /// <summary>Host with characters that no host has.</summary>
    public static readonly RefusedRequest MalformedHost = Same("400 Bad Request: malformed Host header");

    /// <summary>A blank in a header name.</summary>
    public static readonly RefusedRequest InvalidHeaderName = Same("400 Bad Request: invalid header name");

    /// <summary>A transfer coding other than chunked.</summary>
    public static readonly RefusedRequest UnsupportedTransferEncoding = new("501 Not Implemented", "Unsupported transfer encoding");

    /// <summary>HTTP/2.0 and the like in a request line.</summary>
    public static readonly RefusedRequest UnsupportedVersion = Same("505 HTTP Version Not Supported: unsupported protocol version");

    /// <summary>Head above <c>maxHeaderBytes</c>.</summary>
    public static readonly RefusedRequest HeadTooLarge = Same("431 Request Header Fields Too Large");

    /// <summary>A head that does not end within <c>readTimeout</c>: the connection closes without a word.</summary>
    public static readonly RefusedRequest Silence = new([]);

    private readonly byte[] _bytes;

    private RefusedRequest(byte[] bytes) => _bytes = bytes;

    private RefusedRequest(string status, string body)
        : this(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n{body}"))
    {
    }

    /// <summary>
    /// The answer for what the engine found wrong. Status codes are public; what tells the 400s apart is the engine's message,
    /// so a test holds every one of them against a real request. Null: the engine's own answer stands.
    /// </summary>
    public static RefusedRequest? From(BadHttpRequestException error)
    {
        var message = error.Message;
        return error.StatusCode switch
        {
            StatusCodes.Status414UriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge => HeadTooLarge,
            StatusCodes.Status505HttpVersionNotsupported => HasVersionForm(message) ? UnsupportedVersion : BadRequest,
            StatusCodes.Status501NotImplemented => UnsupportedTransferEncoding,
            StatusCodes.Status405MethodNotAllowed => BadRequest,
            StatusCodes.Status408RequestTimeout => Silence,
            StatusCodes.Status400BadRequest when message.Contains("missing Host", StringComparison.Ordinal) => MissingHost,
            StatusCodes.Status400BadRequest when message.Contains("Invalid Host header", StringComparison.Ordinal) => MalformedHost,
            StatusCodes.Status400BadRequest when message.Contains("Invalid request header", StringComparison.Ordinal)
                => HasBlankInName(message) ? InvalidHeaderName : BadRequest,
            StatusCodes.Status400BadRequest when message.Contains("transfer coding", StringComparison.OrdinalIgnoreCase)
                => UnsupportedTransferEncoding,
            StatusCodes.Status400BadRequest => BadRequest,
            _ => null,
        };
    }

    /// <summary>Writes it in place of what the engine had written.</summary>
    public void WriteTo(IBufferWriter<byte> output) => output.Write(_bytes);

    private static RefusedRequest Same(string text) => new(text, text);

    // "Unrecognized HTTP version: 'HTTP/2.0'": a number that is not ours is 505; anything else was no version at all.
    private static bool HasVersionForm(string message)
    {
        var at = message.IndexOf("'HTTP/", StringComparison.Ordinal);
        return at >= 0 && message.Length >= at + 10 && message[at + 7] == '.' && message[at + 9] == '\''
            && char.IsAsciiDigit(message[at + 6]) && char.IsAsciiDigit(message[at + 8]);
    }

    // "Invalid request header: 'X A: 1\x0D\x0A'": the blank stands before the colon.
    private static bool HasBlankInName(string message)
    {
        var start = message.IndexOf('\'', StringComparison.Ordinal);
        var colon = start < 0 ? -1 : message.IndexOf(':', start);
        return colon > 0 && message.AsSpan(start, colon - start).Contains(' ');
    }
}
