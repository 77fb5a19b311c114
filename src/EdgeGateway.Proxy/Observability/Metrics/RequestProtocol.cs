using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>The protocol label of a request, tested in Traefik's order.</summary>
internal static class RequestProtocol
{
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
}
