using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Middlewares.Errors;

/// <summary>Turns a request whose answer was dropped into the one for a page: a GET without a body.</summary>
internal static class PageRequest
{
    private static readonly NoBody Bodiless = new();

    /// <summary>Changes the request; its method is for the caller to give back.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Where the page is.</param>
    /// <param name="headers">Names that are passed on; null = all of them.</param>
    public static void Make(GatewayContext context, RequestTarget target, IReadOnlySet<string>? headers)
    {
        var request = context.Http.Request;
        request.Method = "GET";
        context.Upstream.Method = "GET";
        context.Upstream.Trailer = default;
        context.Target = target;
        context.Http.Features.Set<IHttpRequestBodyDetectionFeature>(Bodiless);
        request.Headers.ContentLength = null;
        request.Headers.TransferEncoding = default;
        request.Headers.Expect = default;
        request.Headers.Upgrade = default;
        if (context.HasAppendedForwardedFor)
        {
            // As in Traefik, where this request has no peer.
            var peer = context.Connection.PeerAddressText;
            var text = request.Headers[ForwardedHeaderNames.For].ToString();
            request.Headers[ForwardedHeaderNames.For] =
                text.Length > peer.Length + 2 && text.EndsWith(peer, StringComparison.Ordinal) ? text[..^(peer.Length + 2)] : default(Microsoft.Extensions.Primitives.StringValues);
        }

        context.KeepForwardedFor = true;
        if (headers is null)
        {
            return;
        }

        foreach (var (name, _) in context.CopyHeaders())
        {
            if (!headers.Contains(name))
            {
                request.Headers.Remove(name);
            }
        }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
