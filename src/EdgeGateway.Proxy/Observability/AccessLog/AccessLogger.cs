using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Writes a line per request whose router does not switch it off and that a filter keeps.</summary>
/// <param name="writer">Takes the lines.</param>
/// <param name="time">Clock.</param>
/// <param name="options">What is logged, and how.</param>
public sealed class AccessLogger(BoundedLineWriter writer, TimeProvider time, AccessLogOptions options)
{
    private readonly AccessLogFields _fields = options.Fields;
    private long _count;

    /// <summary>Lines that were dropped.</summary>
    public long Dropped => writer.Dropped;

    /// <summary>Whether the headers of the services' answers are shown, so that they must be noted before middlewares change them.</summary>
    public bool KeepsOriginHeaders => options.Format == AccessLogFormat.Json && _fields.KeepsHeaders;

    /// <summary>Logs a finished request.</summary>
    public void Log(GatewayContext context)
    {
        if (context.Router?.Config.Observability?.AccessLogs == false
            || (!options.AddInternals && context.Router is { IsInternal: true })
            || (options.Silent is { } silent && context.Router is null && silent.Contains(context.Connection.EntryPoint)))
        {
            return;
        }

        var count = Interlocked.Increment(ref _count);
        var duration = time.GetElapsedTime(context.StartTimestamp);
        if (options.Filter?.Keeps(Status(context), context.Forwarding.AllRetries, duration) == false)
        {
            return;
        }

        var facts = Facts(context, count, duration);
        if (options.Format == AccessLogFormat.Json)
        {
            JsonFormat.Write(context, facts, _fields, time.GetUtcNow(), writer);
        }
        else
        {
            CommonFormat.Write(Entry(context, facts), options.Format == AccessLogFormat.GenericClf, writer);
        }
    }

    private RequestFacts Facts(GatewayContext context, long count, TimeSpan duration)
    {
        var forwarding = context.Forwarding;
        var status = Status(context);
        var isTunnel = status == 0;
        var size = isTunnel ? 0 : Size(context);
        // An answer that the service itself gave in place of its servers is the service's.
        var isServed = forwarding.ServiceName is not null && !isTunnel;
        var forwardedFor = ForwardedFor(context);
        return new(
            forwardedFor.Length == 0 ? context.Connection.PeerAddressText : forwardedFor,
            forwardedFor,
            Path(context.RawTarget),
            HttpProtocol.IsHttp2(context.Http.Request.Protocol) ? "HTTP/2.0" : context.Http.Request.Protocol,
            status,
            size,
            !isServed ? 0 : forwarding.ServerStatus != 0 ? forwarding.ServerStatus : status,
            !isServed ? 0 : forwarding.ServerStatus != 0 ? forwarding.ServerBytes : size,
            context.RequestBytes,
            count,
            time.GetUtcNow() - duration,
            duration);
    }

    private AccessLogEntry Entry(GatewayContext context, in RequestFacts facts) => new(
        Text(AccessLogField.ClientHost, facts.ClientHost),
        Text(AccessLogField.ClientUsername, context.UserName),
        _fields.Keeps(AccessLogField.StartUTC) ? facts.Start : _fields.Keeps(AccessLogField.StartLocal) ? facts.Start.ToLocalTime() : null,
        Text(AccessLogField.RequestMethod, context.Method),
        Text(AccessLogField.RequestPath, facts.Path),
        Text(AccessLogField.RequestProtocol, facts.Protocol),
        _fields.Keeps(AccessLogField.DownstreamStatus) ? facts.Status : null,
        _fields.Keeps(AccessLogField.DownstreamContentSize) ? facts.Size : null,
        Header(context, "Referer"),
        Header(context, "User-Agent"),
        _fields.Keeps(AccessLogField.RequestCount) ? facts.Count : null,
        Text(AccessLogField.RouterName, context.RouterNames),
        Text(AccessLogField.ServiceURL, context.Forwarding.ServerUrl),
        _fields.Keeps(AccessLogField.Duration) ? facts.Duration : default);

    private string? Text(AccessLogField field, string? value) => _fields.Keeps(field) ? value : null;

    // Referer and User-Agent count as headers, and headers are not kept by default (static-config §2.5).
    private string? Header(GatewayContext context, string name) => !_fields.KeepsHeaders ? null : _fields.Of(name) switch
    {
        HeaderMode.Keep => context.Http.Request.Headers[name].ToString(),
        HeaderMode.Redact when context.Http.Request.Headers.ContainsKey(name) => "REDACTED",
        _ => null,
    };

    private string Path(string target)
    {
        var query = _fields.KeepsQuery ? -1 : target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    // The whole X-Forwarded-For as the client gave it, if it was believed: without the peer that the way to the server added.
    private static string ForwardedFor(GatewayContext context)
    {
        var peer = context.Connection.PeerAddressText;
        var forwarded = context.Http.Request.Headers[ForwardedHeaderNames.For];
        var text = forwarded.Count == 0 ? "" : forwarded[0] ?? "";
        if (context.HasAppendedForwardedFor && text.EndsWith(peer, StringComparison.Ordinal))
        {
            text = text.Length == peer.Length ? "" : text[..^(peer.Length + 2)];
        }

        return text;
    }

    private static long Size(GatewayContext context)
    {
        var response = context.Http.Response;
        return context.Method == "HEAD" || response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
            ? 0
            : context.AnswerBytes;
    }

    // 0 after an upgrade, as in Traefik.
    private static int Status(GatewayContext context) =>
        context.Http.Response.StatusCode is var status and not StatusCodes.Status101SwitchingProtocols ? status : 0;
}
