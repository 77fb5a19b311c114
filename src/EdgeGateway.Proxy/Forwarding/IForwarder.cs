using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// Makes one attempt of a request on one server and passes its answer on. It reports how far it came and never writes a status of its
/// own; after a failure before the answer began, the client's answer is as it was (design decision 9).
/// </summary>
internal interface IForwarder
{
    /// <summary>Makes the attempt.</summary>
    /// <param name="context">The request; its <see cref="GatewayContext.Upstream"/> is complete.</param>
    /// <param name="server">Where it goes.</param>
    /// <param name="transport">The connections it uses.</param>
    /// <param name="passHost">True: with the client's Host; false: with the server's authority.</param>
    ValueTask<AttemptOutcome> SendAsync(GatewayContext context, Server server, UpstreamTransport transport, bool passHost);
}
