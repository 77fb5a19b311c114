using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>What Go's net/http answers before any handler and our engine lets pass (runtime-behaviour §1.2).</summary>
internal static class NetHttpChecks
{
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

        return false;
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
