using System.Net.Security;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>
/// The HTTP engine of one entry point (design decision 2): a Kestrel server by its public constructor, with limits of its own,
/// two virtual endpoints and our application. Only this folder knows that it is Kestrel.
/// </summary>
internal sealed class HttpEngine : IAsyncDisposable
{
    private readonly VirtualListenerFactory _listeners = new();
    private readonly KestrelServer _server;
    private readonly GatewayApplication _application;
    private readonly TimeProvider _time;
    private readonly Action<Connection> _ended;

    public HttpEngine(EntryPointConfig config, RequestHandler handler, ILoggerFactory log, TimeProvider time,
        Func<string, Connection?> find, Action<Connection> ended)
    {
        var options = new KestrelServerOptions();
        EngineLimits.Apply(config, options);
        options.Listen(VirtualEndPoint.Http1, listen => listen.Protocols = HttpProtocols.Http1);
        options.Listen(VirtualEndPoint.Http2, listen => listen.Protocols = HttpProtocols.Http2);
        _application = new GatewayApplication(handler, config, time);
        _time = time;
        _ended = ended;
        _server = new KestrelServer(Options.Create(options), _listeners, new EngineLoggerFactory(log, find));
    }

    /// <summary>Starts to take connections.</summary>
    public Task StartAsync() => _server.StartAsync(_application, CancellationToken.None);

    /// <summary>Hands a connection over whose protocol is known; the engine owns it from here. False: the engine has stopped.</summary>
    public bool TryServe(ClientPipe pipe, Connection connection, SslStream? tls)
    {
        var engine = new EngineConnection(pipe, connection, tls, _time, _ended);
        connection.Attach(engine);
        return (connection.IsHttp2 ? _listeners.Http2 : _listeners.Http1).TryAdd(engine);
    }

    /// <summary>
    /// Tells every connection to end after its running requests (<c>Connection: close</c>, GOAWAY), waits for them until
    /// <paramref name="grace"/> fires, then aborts what is left.
    /// </summary>
    public Task StopAsync(CancellationToken grace) => _server.StopAsync(grace);

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }
}
