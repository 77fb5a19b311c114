using System.Globalization;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>Copies a server's head into the client's answer: what belongs to the server's connection ends here.</summary>
internal static class AnswerHead
{
    /// <summary>How the body of a final answer ends (RFC 9112 §6.3).</summary>
    public static BodyFraming FramingOf(ResponseHead head, string method) =>
        method == "HEAD" || head.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified ? BodyFraming.None
        : head.IsChunked ? BodyFraming.Chunked
        : head.Length switch
        {
            < 0 => BodyFraming.UntilClose,
            0 => BodyFraming.None,
            _ => BodyFraming.Length,
        };

    /// <summary>Copies the final head and lets the filters edit it.</summary>
    public static void Copy(ResponseHead head, GatewayContext context)
    {
        var response = context.Http.Response;
        response.StatusCode = head.Status;

        // A server's own phrase never reaches the client.
        if (GoReasonPhrase.For(head.Status) is { } phrase)
        {
            context.Http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = phrase;
        }

        CopyHeaders(head, context);

        // RFC 9110 §8.6: without a body on the wire, and Go sends none there.
        if (head.Length >= 0 && head.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.Headers.ContentLength = head.Length;
        }

        context.Forwarding.ServerStatus = head.Status;
        context.RunResponseFilters();
    }

    /// <summary>Copies the head of a 101; the HTTP engine adds <c>Connection: Upgrade</c>.</summary>
    public static void CopySwitch(ResponseHead head, GatewayContext context)
    {
        CopyHeaders(head, context);
        context.Http.Response.Headers.Upgrade = head.Find(HeaderNames.Upgrade);
        context.Forwarding.ServerStatus = head.Status;
        context.RunResponseFilters();
    }

    /// <summary>Sends an interim answer to the client, if it can take one: HTTP/1.1 (RFC 9110 §15.2 keeps them from HTTP/1.0).</summary>
    public static ValueTask<bool> PassInterim(ResponseHead head, GatewayContext context)
    {
        if (!HttpProtocol.IsHttp11(context.Http.Request.Protocol) || context.Http.Response.HasStarted)
        {
            return new(false);
        }

        OutgoingBuffer output = default;
        output.Append("HTTP/1.1 "u8);
        output.AppendNumber(head.Status);
        output.Append(" "u8);
        output.Append(GoReasonPhrase.For(head.Status)
            ?? (ReasonPhrases.GetReasonPhrase(head.Status) is { Length: > 0 } phrase ? phrase : string.Create(CultureInfo.InvariantCulture, $"status code {head.Status}")));
        output.Append("\r\n"u8);
        var named = Named(head);
        for (var i = 0; i < head.Count; i++)
        {
            var name = head.Name(i);
            if (!EndsHere(name, named) && !IsLength(name))
            {
                output.Append(name);
                output.Append(": "u8);
                output.AppendValue(head.Value(i));
                output.Append("\r\n"u8);
            }
        }

        output.Append("\r\n"u8);
        var passing = context.Connection.PassInterimAsync(output.Written.Span);
        output.Return();
        return passing;
    }

    private static void CopyHeaders(ResponseHead head, GatewayContext context)
    {
        var headers = context.Http.Response.Headers;
        var named = Named(head);
        for (var i = 0; i < head.Count; i++)
        {
            var name = head.Name(i);
            if (EndsHere(name, named))
            {
                // The announcement goes along with the trailers.
                if (head.IsChunked && name.Equals(HeaderNames.Trailer, StringComparison.OrdinalIgnoreCase) && context.TakesTrailers)
                {
                    headers.Append(HeaderNames.Trailer, head.Value(i));
                }

                continue;
            }

            if (IsLength(name))
            {
                continue;
            }

            if (IsRepeated(head, i))
            {
                headers.Append(name, head.Value(i));
            }
            else
            {
                headers[name] = head.Value(i);
            }
        }
    }

    // The Connection lines, when they name more than the connection itself.
    private static string? Named(ResponseHead head)
    {
        string? named = null;
        for (var i = 0; i < head.Count; i++)
        {
            if (head.Name(i).Length == 10 && head.Name(i).Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase))
            {
                var value = head.Value(i);
                if (!value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) && !value.Equals("close", StringComparison.OrdinalIgnoreCase))
                {
                    named = named is null ? value : $"{named},{value}";
                }
            }
        }

        return named;
    }

    private static bool EndsHere(string name, string? named) =>
        HopByHopHeaders.Contains(name) || (named is not null && Routing.ConnectionHeaders.HasToken(named, name));

    private static bool IsLength(string name) => name.Length == 14 && name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase);

    private static bool IsRepeated(ResponseHead head, int index)
    {
        var name = head.Name(index);
        for (var i = 0; i < index; i++)
        {
            if (head.Name(i).Length == name.Length && head.Name(i).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
