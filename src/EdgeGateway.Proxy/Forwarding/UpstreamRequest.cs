using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// What goes to the server, computed once before the first attempt; a forwarder only writes it out (design decision 6).
/// Lives in the <see cref="Pipeline.GatewayContext"/> and is reused with it.
/// </summary>
public sealed class UpstreamRequest
{
    /// <summary>Method as received.</summary>
    public string Method { get; set; } = "";

    /// <summary>Path and query byte for byte as they go out, starting with a slash; middlewares change it through <see cref="Pipeline.GatewayContext"/>.</summary>
    public string Target { get; set; } = "/";

    /// <summary>Host header that goes out when the client's is passed (passHostHeader); empty = none was sent.</summary>
    public string Host { get; set; } = "";

    /// <summary>Trailers that the client announced; the values are not passed on, as in Traefik (runtime-behaviour §1.3).</summary>
    public StringValues Trailer { get; set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Method = "";
        Target = "/";
        Host = "";
        Trailer = default;
    }
}
