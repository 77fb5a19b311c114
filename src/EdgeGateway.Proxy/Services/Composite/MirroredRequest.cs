using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>
/// What a mirror gets of a request: taken before the main service has it, sent when the client has its answer. It has no client: what a
/// mirror answers goes nowhere.
/// </summary>
internal sealed class MirroredRequest : IDisposable
{
    // Neither 1xx, trailers nor upgrades go anywhere, and nobody half-closes: as with a client of HTTP/2.
    private const string Protocol = "HTTP/2";

    private readonly Connection _connection;
    private readonly GatewaySnapshot _snapshot;
    private readonly HttpRouterModel? _router;
    private readonly HeaderDictionary _headers = [];
    private readonly string _method;
    private readonly string _scheme;
    private readonly RequestTarget _original;
    private readonly RequestTarget _target;
    private readonly string _originalHost;
    private readonly string _host;
    private readonly bool _keepForwardedFor;
    private readonly bool _omitForwardedFor;

    /// <summary>Notes a request as it is.</summary>
    /// <param name="context">The request; nothing of it is changed.</param>
    /// <param name="body">Will hold its body; null = the mirrors get none.</param>
    public MirroredRequest(GatewayContext context, BodyCopy? body)
    {
        var client = context.Connection;
        _connection = new Connection
        {
            EntryPoint = client.EntryPoint, Peer = client.Peer, Local = client.Local, IsTls = client.IsTls, Sni = client.Sni, IsHttp2 = true,
            ClientCertificates = client.ClientCertificates, Identity = client.Identity,
        };
        foreach (var (name, values) in context.Http.Request.Headers)
        {
            _headers[name] = values;
        }

        if (body is null)
        {
            // Traefik leaves the length and cuts the request short; a server can do nothing with that.
            _headers.Remove("Content-Length");
            _headers.Remove("Transfer-Encoding");
            _headers.Remove("Expect");
        }

        Body = body;
        _snapshot = context.Snapshot;
        _router = context.Router;
        _method = context.Method;
        _scheme = context.Http.Request.Scheme;
        _original = context.OriginalTarget;
        _target = context.Target;
        _originalHost = context.OriginalHost;
        _host = context.Upstream.Host;
        _keepForwardedFor = context.KeepForwardedFor;
        _omitForwardedFor = context.OmitForwardedFor;
    }

    /// <summary>Its body; null without one.</summary>
    public BodyCopy? Body { get; }

    /// <summary>False: not all of the body came.</summary>
    public bool IsComplete => Body is null or { IsWhole: true };

    /// <summary>Sends it to a mirror and throws the answer away.</summary>
    /// <exception cref="Exception">Whatever the service throws; it means nothing to the client.</exception>
    public async Task SendAsync(HttpServiceModel mirror, CancellationToken limit)
    {
        var features = new FeatureCollection();
        var request = new HttpRequestFeature { Method = _method, Protocol = Protocol, Scheme = _scheme, RawTarget = _original.ToString() };
        foreach (var (name, values) in _headers)
        {
            request.Headers[name] = values; // each mirror its own: services edit them
        }

        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestLifetimeFeature>(new Lifetime(limit));
        features.Set<IHttpRequestBodyDetectionFeature>(new Detection(Body is not null));
        var context = new GatewayContext();
        context.Initialize(features, _connection);
        if (Body is not null)
        {
            RequestBody.Of(context.Http).Replace(new ReplayingReader(Body, null));
        }

        context.Snapshot = _snapshot;
        context.Router = _router;
        context.SetRequest(_original, _originalHost);
        context.Target = _target;
        context.Upstream.Host = _host;
        context.KeepForwardedFor = _keepForwardedFor;
        context.OmitForwardedFor = _omitForwardedFor;
        await mirror.HandleAsync(context);
    }

    /// <inheritdoc />
    public void Dispose() => Body?.Dispose();

    /// <summary>True when a request has a body that a mirror should get.</summary>
    public static bool HasBody(GatewayContext context) => RepeatableRequests.HasBody(context.Http);

    private sealed class Detection(bool canHaveBody) : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => canHaveBody;
    }

    private sealed class Lifetime(CancellationToken limit) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = limit;

        // The service gave up: there is nobody to be told.
        public void Abort()
        {
        }
    }
}
