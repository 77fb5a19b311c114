using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// <c>readTimeout</c> over the body of a request and <c>writeTimeout</c> over its answer (static-config §2.2). No timer per request: the
/// entry point looks at the running ones every now and then. One per context, reused; a request without body and without
/// <c>writeTimeout</c> is not looked at.
/// <para>The body's time begins when its head was read, which had as much time for itself; Go counts both together. A body that is too
/// slow is answered 504, and the connection ends. An answer that is too slow is cut off, as in Go, where no write succeeds any more.
/// Neither holds for upgraded connections.</para>
/// </summary>
internal sealed class RequestLimits(GatewayContext context)
{
    private TimedBody? _body;
    private Connection? _connection;
    private long _answerDeadline;
    private bool _cut;

    /// <summary>A request begins.</summary>
    /// <param name="connection">Its connection, which holds it until <see cref="End"/>.</param>
    /// <param name="features">The engine's features of the request; its body is replaced by a timed one.</param>
    /// <param name="timeouts">The limits; 0 = none.</param>
    /// <param name="time">Clock.</param>
    public void Begin(Connection connection, IFeatureCollection features, RespondingTimeoutsConfig timeouts, TimeProvider time)
    {
        if (context.Http.Request.Headers.Upgrade.Count > 0)
        {
            return;
        }

        var timed = timeouts.ReadTimeout > TimeSpan.Zero && features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (!timed && timeouts.WriteTimeout <= TimeSpan.Zero)
        {
            return;
        }

        var now = time.GetTimestamp();
        if (timed)
        {
            _body ??= new TimedBody();
            _body.Begin(features, now + time.Ticks(timeouts.ReadTimeout));
        }

        _cut = false;
        _answerDeadline = timeouts.WriteTimeout > TimeSpan.Zero ? now + time.Ticks(timeouts.WriteTimeout) : long.MaxValue;
        _connection = connection;
        connection.Watch(this);
    }

    /// <summary>The request is over and answered; nothing happens to it any more.</summary>
    public void End()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        _connection = null;
        connection.Unwatch(this);
        if (_body?.End() == true && !connection.IsHttp2)
        {
            // The engine goes on reading the body for some seconds, so that no reset overtakes the answer. The client need not wait.
            _ = connection.EndSendingAsync().AsTask();
        }
    }

    /// <summary>Ends what took too long; only called while the request runs.</summary>
    public void Look(long now)
    {
        _body?.Look(now);
        if (!_cut && now >= _answerDeadline && context.Http.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            _cut = true;
            context.HoldsAnswer = false; // an answer that is held back is late as well
            context.Abort();
        }
    }
}
