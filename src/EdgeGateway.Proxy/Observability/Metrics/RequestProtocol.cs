using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>The protocol label of a request, tested in Traefik's order.</summary>
internal static class RequestProtocol
{
    // gRPC's status "unknown".
    private const int Unknown = 2;

    /// <summary>The label.</summary>
    public static string Of(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.Upgrade.Count > 0 && headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase))
        {
            return "websocket";
        }

        if (headers.Accept.Count > 0 && headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return "sse";
        }

        var type = headers.ContentType.Count > 0 ? headers.ContentType[0] ?? "" : "";
        return type.StartsWith("application/grpc-web", StringComparison.Ordinal) ? "grpc-web"
            : type.StartsWith("application/grpc", StringComparison.Ordinal) ? "grpc"
            : "http";
    }

    /// <summary>The status; of gRPC answers the number in <c>grpc-status</c>, 2 (unknown) when there is none.</summary>
    public static int CodeOf(HttpContext http, string protocol)
    {
        if (protocol is not ("grpc" or "grpc-web"))
        {
            return http.Response.StatusCode;
        }

        var status = http.Response.Headers.GrpcStatus;
        if (status.Count == 0 && http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { } trailers)
        {
            status = trailers.GrpcStatus;
        }

        return int.TryParse(status.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : Unknown;
    }
}
