using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// Writes a request's head as the server gets it: method and target as they are, each header line on its own in its order, framing by
/// this hop alone. What the client said about framing never goes on.
/// </summary>
internal static class RequestHead
{
    private static readonly string[] WebSocketNames =
        ["Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept"];

    /// <summary>Writes the head.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="context">The request; its upstream side is complete.</param>
    /// <param name="server">Where it goes.</param>
    /// <param name="passHost">True: with the client's Host; false: with the server's authority.</param>
    /// <param name="framing">How the body is framed.</param>
    /// <param name="length">Its length where that is known.</param>
    /// <param name="upgrade">Protocol that the client wants to change to; null for none.</param>
    public static void Write(
        ref OutgoingBuffer output, GatewayContext context, Server server, bool passHost, BodyFraming framing, long length, string? upgrade)
    {
        var upstream = context.Upstream;
        output.AppendValue(upstream.Method);
        output.Append(" "u8);
        AppendTarget(ref output, server.PathPrefix, upstream.Target);

        // None sent, or not to be passed: the authority as the server's URL has it, with its port also where that is the usual one.
        output.Append(" HTTP/1.1\r\nHost: "u8);
        output.AppendValue(passHost && upstream.Host.Length > 0 ? upstream.Host : server.Authority);
        output.Append("\r\n"u8);
        foreach (var (name, values) in context.CopyHeaders())
        {
            if (!IsOwn(name))
            {
                AppendHeader(ref output, upgrade is null ? name : WebSocketSpelling(name), values);
            }
        }

        switch (framing)
        {
            case BodyFraming.Length:
                output.Append("Content-Length: "u8);
                output.AppendNumber(length);
                output.Append("\r\n"u8);
                break;
            case BodyFraming.Chunked:
                output.Append("Transfer-Encoding: chunked\r\n"u8);
                if (upstream.Trailer.Count > 0)
                {
                    AppendHeader(ref output, HeaderNames.Trailer, upstream.Trailer);
                }

                break;
        }

        if (upgrade is not null)
        {
            output.Append("Connection: Upgrade\r\nUpgrade: "u8);
            output.AppendValue(upgrade);
            output.Append("\r\n"u8);
        }

        output.Append("\r\n"u8);
    }

    // The target ends at a blank: one inside it would begin another request line (an HTTP/2 path may hold any byte).
    private static void AppendTarget(ref OutgoingBuffer output, string prefix, string target)
    {
        output.AppendValue(prefix);
        if (target.Length == 0 || target[0] is not ('/' or '*'))
        {
            output.Append("/"u8);
        }

        if (!target.AsSpan().ContainsAnyInRange('\0', ' ') && !target.Contains('\x7f', StringComparison.Ordinal))
        {
            output.Append(target);
            return;
        }

        foreach (var c in target)
        {
            if (c is <= ' ' or '\x7f')
            {
                output.Append("%"u8);
                output.Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                output.Append([(byte)c]);
            }
        }
    }

    private static void AppendHeader(ref OutgoingBuffer output, string name, StringValues values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var value = values[i] ?? "";

            // An empty User-Agent counts as none (Go).
            if (value.Length == 0 && name.Equals(HeaderNames.UserAgent, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            output.AppendValue(name);
            output.Append(": "u8);
            output.AppendValue(value);
            output.Append("\r\n"u8);
        }
    }

    // Host, framing and upgrade are written by themselves, pseudo-headers belong to HTTP/2.
    private static bool IsOwn(string name) => name.Length switch
    {
        4 => Is(name, HeaderNames.Host),
        7 => Is(name, HeaderNames.Upgrade) || Is(name, HeaderNames.Trailer) || name[0] == ':',
        10 => Is(name, HeaderNames.Connection) || name[0] == ':',
        14 => Is(name, HeaderNames.ContentLength),
        17 => Is(name, HeaderNames.TransferEncoding),
        _ => name[0] == ':',
    };

    // RFC 6455 leaves the case open, some servers do not (runtime-behaviour §1.3).
    private static string WebSocketSpelling(string name)
    {
        if (name.Length is < 17 or > 24)
        {
            return name;
        }

        foreach (var usual in WebSocketNames)
        {
            if (Is(name, usual))
            {
                return usual;
            }
        }

        return name;
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);
}
