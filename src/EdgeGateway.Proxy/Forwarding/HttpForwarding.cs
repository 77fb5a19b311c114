using EdgeGateway.Proxy.Forwarding.Http1;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Chooses the forwarder for a server: our own for HTTP/1.1 in clear, YARP's for what is left (docs/adr/0001-own-http1-forwarder.md).</summary>
public sealed class HttpForwarding
{
    private readonly IForwarder _clear;
    private readonly IForwarder _other;
    private long _retries;

    /// <summary>Makes both.</summary>
    /// <param name="time">Clock of the time limits; null = the system's.</param>
    /// <param name="yarpOnly">True: <c>edge.http1Forwarder=yarp</c>.</param>
    public HttpForwarding(TimeProvider? time = null, bool yarpOnly = false)
    {
        _other = new YarpForwarder(time ?? TimeProvider.System);
        _clear = yarpOnly ? _other : new Http1Forwarder(time ?? TimeProvider.System);
    }

    /// <summary>Attempts after a request's first, of all services since the start.</summary>
    public long Retries => Volatile.Read(ref _retries);

    /// <summary>Counts one; called on the rare path only.</summary>
    internal void CountRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Sends the request to a server and passes its answer on. Writes no error of its own.</summary>
    /// <param name="context">The request; its <see cref="GatewayContext.Upstream"/> is complete.</param>
    /// <param name="server">Where it goes.</param>
    /// <param name="transport">The connections it uses.</param>
    /// <param name="passHost">True: with the client's Host; false: with the server's authority.</param>
    public ValueTask<AttemptOutcome> SendAsync(GatewayContext context, Server server, UpstreamTransport transport, bool passHost) =>
        (server.Scheme == "http" ? _clear : _other).SendAsync(context, server, transport, passHost);
}
