using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Rules.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using System.Net;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>One request on its way through the gateway. Pooled: the HTTP engine rents one per request and returns it.</summary>
public sealed class GatewayContext : HttpRequestView
{
    private readonly DefaultHttpContext _http = new();

    /// <summary>Request and response; features are those of the HTTP engine.</summary>
    public HttpContext Http => _http;

    /// <summary>The connection that carries the request.</summary>
    public Connection Connection { get; private set; } = null!;

    /// <inheritdoc />
    public override string CanonicalHost => throw new NotImplementedException();

    /// <inheritdoc />
    public override string RoutingPath => throw new NotImplementedException();

    /// <inheritdoc />
    public override string Method => _http.Request.Method;

    /// <inheritdoc />
    public override IPAddress? PeerAddress => Connection.Peer.Address;

    /// <inheritdoc />
    public override string RawQuery => throw new NotImplementedException();

    /// <inheritdoc />
    public override int CountHeader(string name) => _http.Request.Headers[name].Count;

    /// <inheritdoc />
    public override string GetHeader(string name, int index) => _http.Request.Headers[name][index] ?? "";

    /// <summary>What goes to the server.</summary>
    public Forwarding.UpstreamRequest Upstream { get; } = new();

    /// <summary>
    /// Lets the filters that ran edit the response head, in reverse order, once per response. Called at exactly one place per
    /// answer: by the forwarder when the server's status and headers were copied, by <see cref="ErrorAnswer"/> before it writes.
    /// </summary>
    public void RunResponseFilters()
    {
    }

    /// <summary>Takes up a request.</summary>
    public void Initialize(IFeatureCollection features, Connection connection)
    {
        _http.Initialize(features);
        Connection = connection;
    }

    /// <summary>Lets go of the request before the context goes back to the pool.</summary>
    public void Reset()
    {
        _http.Uninitialize();
        Connection = null!;
    }
}

/// <summary>Handles a request to its end.</summary>
public delegate ValueTask RequestHandler(GatewayContext context);
