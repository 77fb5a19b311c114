using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// The URI of a request to a server, with the target byte for byte. Carries the server through the HTTP handler to the callback
/// that connects; request options would do that too, at the cost of a dictionary per request.
/// </summary>
internal sealed class ServerUri(Server server, string target)
    : Uri(string.Concat(server.UriPrefix, server.PathPrefix, target), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
{
    /// <summary>The server it leads to.</summary>
    public Server Server { get; } = server;
}
