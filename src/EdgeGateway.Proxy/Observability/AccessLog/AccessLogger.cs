using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Writes a line per request whose router does not switch it off.</summary>
public sealed class AccessLogger(BoundedLineWriter writer, TimeProvider time)
{
    private long _count;

    /// <summary>Lines that were dropped.</summary>
    public long Dropped => writer.Dropped;

    /// <summary>Logs a finished request.</summary>
    public void Log(GatewayContext context)
    {
        if (context.Router?.Config.Observability?.AccessLogs == false
            || context.Router?.Name.EndsWith("@internal", StringComparison.Ordinal) == true)
        {
            return;
        }

        var duration = time.GetElapsedTime(context.StartTimestamp);
        var response = context.Http.Response;
        writer.Write(CommonFormat.Format(new(
            context.Connection.PeerAddressText, context.UserName, time.GetUtcNow() - duration, context.Method, context.RawTarget,
            context.Http.Request.Protocol, response.StatusCode, response.ContentLength ?? context.Forwarding.ServerBytes,
            null, null, Interlocked.Increment(ref _count), context.Router?.Name, context.Forwarding.ServerUrl, duration)));
    }
}
