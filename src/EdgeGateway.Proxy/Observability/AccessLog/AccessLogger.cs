using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Writes a line per request whose router does not switch it off.</summary>
/// <param name="writer">Takes the lines.</param>
/// <param name="time">Clock.</param>
/// <param name="generic">True: the format is <c>genericCLF</c>.</param>
/// <param name="silent">Entry points whose requests without a router are not logged (<c>observability.accessLogs=false</c>); null = none.</param>
public sealed class AccessLogger(BoundedLineWriter writer, TimeProvider time, bool generic = false, IReadOnlySet<string>? silent = null)
{
    private long _count;

    /// <summary>Lines that were dropped.</summary>
    public long Dropped => writer.Dropped;

    /// <summary>Logs a finished request.</summary>
    public void Log(GatewayContext context)
    {
        if (context.Router?.Config.Observability?.AccessLogs == false
            || context.Router?.Name.EndsWith("@internal", StringComparison.Ordinal) == true
            || (silent is not null && context.Router is null && silent.Contains(context.Connection.EntryPoint)))
        {
            return;
        }

        var duration = time.GetElapsedTime(context.StartTimestamp);
        // Referer and User-Agent count as headers, and headers are not kept by default (static-config §2.5).
        CommonFormat.Write(
            new(
                ClientHost(context), context.UserName, time.GetUtcNow() - duration, context.Method, context.RawTarget,
                context.Http.Request.Protocol, context.Http.Response.StatusCode, Size(context),
                null, null, Interlocked.Increment(ref _count), context.Router?.Name, context.Forwarding.ServerUrl, duration),
            generic, writer);
    }

    // The whole X-Forwarded-For as the client gave it, if it was believed: without the peer that the way to the server added.
    private static string ClientHost(GatewayContext context)
    {
        var peer = context.Connection.PeerAddressText;
        var forwarded = context.Http.Request.Headers[ForwardedHeaderNames.For];
        var text = forwarded.Count == 0 ? "" : forwarded[0] ?? "";
        if (context.HasAppendedForwardedFor && text.EndsWith(peer, StringComparison.Ordinal))
        {
            text = text.Length == peer.Length ? "" : text[..^(peer.Length + 2)];
        }

        return text.Length == 0 ? peer : text;
    }

    private static long Size(GatewayContext context)
    {
        var response = context.Http.Response;
        return context.Method == "HEAD" || response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
            ? 0
            : response.ContentLength ?? context.Forwarding.AnswerBytes ?? context.Forwarding.ServerBytes;
    }
}
