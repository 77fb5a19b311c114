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

        try
        {
            var work = handler(context);
            return work.IsCompletedSuccessfully ? Task.CompletedTask : FinishAsync(context, work);
        }
        catch (Exception error)
        {
            return FinishAsync(context, ValueTask.FromException(error));
        }
    }

    /// <inheritdoc />
    public void DisposeContext(GatewayContext context, Exception? exception)
    {
        context.Connection.RequestEnded();
        context.Reset();
    }

    // A fault before the head is a plain 500. After it the fault goes on to the engine, which cuts the connection or the stream.
    private static async Task FinishAsync(GatewayContext context, ValueTask work)
    {
        try
        {
            await work;
        }
        catch (Exception) when (!context.Http.Response.HasStarted && !context.Http.RequestAborted.IsCancellationRequested)
        {
            context.Http.Response.Clear();
            await ErrorAnswer.PlainAsync(context, 500, "Internal Server Error");
        }
    }
}
