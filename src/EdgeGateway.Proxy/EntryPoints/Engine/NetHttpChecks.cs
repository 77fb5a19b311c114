using System.Buffers;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>What Go's net/http answers before any handler and our engine lets pass (runtime-behaviour §1.2).</summary>
internal static class NetHttpChecks
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    // Everything below a blank but the tab, and DEL.
    private static readonly SearchValues<char> Control = SearchValues.Create(
        "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0A\x0B\x0C\x0D\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\x7F");

    /// <summary>True when the request has its answer.</summary>
    public static bool Answer(GatewayContext context)
    {
        var http = context.Http;
        var request = http.Request;
        var headers = request.Headers;
        if (headers.TransferEncoding.Count > 0
            && !(headers.TransferEncoding.Count == 1
                && string.Equals(headers.TransferEncoding[0], "chunked", StringComparison.OrdinalIgnoreCase)))
        {
            return Refuse(context, RefusedRequest.UnsupportedTransferEncoding, StatusCodes.Status501NotImplemented);
        }

        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (target.Contains('%', StringComparison.Ordinal) && HasBadEscape(target))
        {
            return Refuse(context, RefusedRequest.BadRequest, StatusCodes.Status400BadRequest);
        }

        return !HasUsableHeaders(context) && Refuse(context, RefusedRequest.BadRequest, StatusCodes.Status400BadRequest);
    }

    // The engine takes what no header may hold (RFC 9110 §5.1, 5.5); a server behind us must not have to deal with it.
    private static bool HasUsableHeaders(GatewayContext context)
    {
        foreach (var (name, values) in context.CopyHeaders())
        {
            if (name[0] != ':' && name.AsSpan().ContainsAnyExcept(Token))
            {
                return false;
            }

            for (var i = 0; i < values.Count; i++)
            {
                if (values[i].AsSpan().ContainsAny(Control))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Refuse(GatewayContext context, RefusedRequest answer, int status)
    {
        context.Http.Response.StatusCode = status;
        if (!context.Connection.IsHttp2)
        {
            context.Http.Response.Headers.Connection = "close";
            context.Connection.Refused = answer; // replaces the head when it is flushed; HTTP/2 gets the bare status
        }

        return true;
    }

    // Only the path: net/url leaves the query as it is.
    private static bool HasBadEscape(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target.AsSpan() : target.AsSpan(0, query);
        int at;
        while ((at = path.IndexOf('%')) >= 0)
        {
            if (path.Length < at + 3 || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]))
            {
                return true;
            }

            path = path[(at + 3)..];
        }

        return false;
    }
}
