using System.Net;

namespace EdgeGateway.Rules.Http;

/// <summary>
/// What a rule sees of a request. The proxy's request context derives from it, so that matching needs no copy and no allocation.
/// All values are those after the entry point's normalising (see <c>docs/life-of-a-request.md</c>), before any middleware.
/// </summary>
public abstract class HttpRequestView
{
    /// <summary>Host without port and brackets, lower-cased; empty when the request has none.</summary>
    public abstract string CanonicalHost { get; }

    /// <summary>Path with every escape decoded except those of reserved characters, which stay <c>%XX</c>.</summary>
    public abstract string RoutingPath { get; }

    /// <summary>Method as received.</summary>
    public abstract string Method { get; }

    /// <summary>Address of the peer (after PROXY protocol, IPv4-mapped unwrapped), never from a header; null when it cannot be parsed.</summary>
    public abstract IPAddress? PeerAddress { get; }

    /// <summary>Raw query without the question mark, <c>;</c> already replaced as the entry point says; empty when there is none.</summary>
    public abstract string RawQuery { get; }

    /// <summary>Number of values of the header and access to each; <c>Host</c> is not a header here.</summary>
    /// <param name="name">Header name, any case.</param>
    public abstract int CountHeader(string name);

    /// <summary>The value at <paramref name="index"/> of the header.</summary>
    public abstract string GetHeader(string name, int index);
}
