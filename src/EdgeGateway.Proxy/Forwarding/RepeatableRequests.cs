using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Which requests may be sent again after a server may have seen them. The rule of Go's transport, which Traefik's users know.</summary>
internal static class RepeatableRequests
{
    /// <summary>True when a second copy does no harm and can be made: no body, and a safe method or an idempotency key.</summary>
    public static bool Allows(HttpRequest request) => !HasBody(request.HttpContext) && (IsSafe(request.Method) || HasKey(request.Headers));

    /// <summary>True when the client sends a body, of known length or not.</summary>
    public static bool HasBody(HttpContext http) => http.Features.Get<IHttpRequestBodyDetectionFeature>() is { } detection
        ? detection.CanHaveBody
        : http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0;

    /// <summary>
    /// True when the HTTP handler may be let to repeat a request without body on its own (RFC 9110 §9.2.2: idempotent methods). PUT
    /// is not among them: it gets a Content-Length anyway.
    /// </summary>
    public static bool IsIdempotent(string method) => IsSafe(method) || method == "DELETE";

    private static bool IsSafe(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE";

    private static bool HasKey(IHeaderDictionary headers) => headers.ContainsKey("Idempotency-Key") || headers.ContainsKey("X-Idempotency-Key");
}
