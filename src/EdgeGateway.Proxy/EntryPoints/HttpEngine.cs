using System.Text;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// The HTTP engine of one entry point (design decision 2): a Kestrel server of its own, without hosting, whose two virtual
/// endpoints are fed with connections that are already routed and decrypted. No type above this folder names Kestrel.
/// </summary>
internal sealed class HttpEngine : IHttpApplication<GatewayContext>, IDisposable
{
    private static readonly VirtualEndPoint Http1 = new("http1");
    private static readonly VirtualEndPoint Http2 = new("http2");

    private readonly VirtualListenerFactory _listeners = new();
    private readonly KestrelServer _server;
    private readonly RequestHandler _handler;
    private readonly TransportConfig _transport;
    private readonly TimeProvider _time;

    public HttpEngine(EntryPointConfig config, RequestHandler handler, ILoggerFactory loggers, TimeProvider time)
    {
        _handler = handler;
        _transport = config.Transport;
        _time = time;
        _server = new KestrelServer(Options.Create(Configure(config)), _listeners, loggers);
    }

    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(this, cancellation);

    /// <summary>Drains: running requests end, answers say <c>Connection: close</c>, HTTP/2 gets GOAWAY; what is left when cancelled is aborted.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    /// <summary>Hands over a connection; false when the engine is stopping.</summary>
    public bool Dispatch(EngineConnection connection, bool http2) => _listeners.Dispatch(http2 ? Http2 : Http1, connection);

    public void Dispose() => _server.Dispose();

    public GatewayContext CreateContext(IFeatureCollection contextFeatures)
    {
        // The engine keeps one container per HTTP/1.1 connection and one per pooled HTTP/2 stream: contexts are reused without a lock.
        var connection = contextFeatures.Get<IConnectionFeature>()!.Connection;
        if (contextFeatures is IHostContextContainer<GatewayContext> container)
        {
            var context = container.HostContext ??= new GatewayContext();
            context.Initialize(contextFeatures, connection);
            return context;
        }

        var single = new GatewayContext();
        single.Initialize(contextFeatures, connection);
        return single;
    }

    public Task ProcessRequestAsync(GatewayContext context)
    {
        var connection = context.Connection;
        var count = connection.CountRequest();
        if ((_transport.KeepAliveMaxRequests > 0 && count >= _transport.KeepAliveMaxRequests)
            || (_transport.KeepAliveMaxTime > TimeSpan.Zero && _time.GetElapsedTime(connection.Accepted) > _transport.KeepAliveMaxTime))
        {
            context.Http.Response.Headers.Connection = "close";
        }

        var handled = _handler(context);
        return handled.IsCompletedSuccessfully ? Task.CompletedTask : handled.AsTask();
    }

    public void DisposeContext(GatewayContext context, Exception? exception) => context.Reset();

    private static KestrelServerOptions Configure(EntryPointConfig config)
    {
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            AllowResponseHeaderCompression = true,

            // The authority of an absolute target wins over a Host header that differs (RFC 9112 §3.2.2).
            AllowHostHeaderOverride = true,

            // Header bytes above 0x7F pass as they are, both ways.
            RequestHeaderEncodingSelector = static name => name == "Connection" ? ConnectionValueEncoding.Instance : Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => Encoding.Latin1,
        };

        // Traefik's limits in place of Kestrel's (dotnet §3.7): bodies stream without a limit or a minimum rate.
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 10_000;
        limits.MaxRequestBufferSize = null;

        // Go tolerates 4 KiB more than maxHeaderBytes.
        limits.MaxRequestHeadersTotalSize = config.Http.MaxHeaderBytes + 4096;
        limits.MaxRequestLineSize = config.Http.MaxHeaderBytes + 4096;
        limits.KeepAliveTimeout = NoneIfZero(config.Transport.RespondingTimeouts.IdleTimeout);
        limits.RequestHeadersTimeout = NoneIfZero(config.Transport.RespondingTimeouts.ReadTimeout);
        limits.Http2.MaxStreamsPerConnection = 250;
        limits.Http2.MaxRequestHeaderFieldSize = Math.Min(config.Http.MaxHeaderBytes, int.MaxValue / 2);
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 768 * 1024;

        options.Listen(Http1, static listen => listen.Protocols = HttpProtocols.Http1);
        options.Listen(Http2, static listen => listen.Protocols = HttpProtocols.Http2);
        return options;
    }

    private static TimeSpan NoneIfZero(TimeSpan time) => time <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : time;
}
