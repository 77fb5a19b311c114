using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>Our own HTTP/1.1 towards servers in clear (docs/adr/0001-own-http1-forwarder.md).</summary>
/// <param name="time">Clock of the time limits.</param>
internal sealed class Http1Forwarder(TimeProvider time) : IForwarder
{
    /// <inheritdoc />
    public ValueTask<AttemptOutcome> SendAsync(GatewayContext context, Server server, UpstreamTransport transport, bool passHost) =>
        (context.Exchange ??= new Http1Exchange(context, time)).RunAsync(server, transport, passHost);
}
