using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>
/// Between the engine and the pipeline. A context belongs to the engine's request object, which the engine reuses (one per
/// HTTP/1 connection, pooled streams in HTTP/2): renting costs a field, not a shared pool.
/// </summary>
internal sealed class GatewayApplication(RequestHandler handler, EntryPointConfig config, TimeProvider time)
    : IHttpApplication<GatewayContext>
{
    private readonly int _maxRequests = config.Transport.KeepAliveMaxRequests;
    private readonly TimeSpan _maxTime = config.Transport.KeepAliveMaxTime;

    /// <inheritdoc />
    public GatewayContext CreateContext(IFeatureCollection contextFeatures)
    {
        var connection = contextFeatures.Get<Connection>()!;
        GatewayContext context;
        if (contextFeatures is IHostContextContainer<GatewayContext> container)
        {
            context = container.HostContext ??= new GatewayContext();
        }
        else
        {
            context = new GatewayContext();
        }

        var number = connection.RequestStarted();
        context.Initialize(contextFeatures, connection);
        if (HttpProtocol.IsHttp10(context.Http.Request.Protocol))
        {
            connection.AnswersHttp10 = true;
        }

        context.Limits.Begin(connection, contextFeatures, config.Transport.RespondingTimeouts, time);
        if ((_maxRequests > 0 && number >= _maxRequests)
            || (_maxTime > TimeSpan.Zero && time.GetElapsedTime(connection.AcceptedTimestamp) >= _maxTime))
        {
            // HTTP/1: this answer says close. HTTP/2: GOAWAY, the streams that run end first.
            connection.RequestClose();
        }

        return context;
    }

    /// <inheritdoc />
    public Task ProcessRequestAsync(GatewayContext context)
    {
        if (NetHttpChecks.Answer(context))
        {
            return Task.CompletedTask;
        }

        // A handler answers its own faults (GatewayHandler, step 11). One that gets out all the same is the engine's: an empty 500
        // before the head, after it the connection or the stream is cut. No wrapper here, so nothing is allocated.
        var work = handler(context);
        return work.IsCompletedSuccessfully ? Task.CompletedTask : work.AsTask();
    }

    /// <inheritdoc />
    public void DisposeContext(GatewayContext context, Exception? exception)
    {
        context.Connection.Trailers = null;
        context.Limits.End();
        context.Connection.RequestEnded();
        context.Reset();
    }
}
