// The life of a request, from the HTTP engine to the service. The numbers are those of docs/life-of-a-request.md.
//
//  1  The routing in force is taken, once: a request never sees two snapshots.
//  2  What the HTTP server itself answers, before any routing: OPTIONS *, an Expect that nobody knows.
//  3  Header names with an underscore are kept, deleted or refused, as the entry point says.
//  4  The raw target is read and normalised; a bad one is refused. Host and port come from it or from the Host header.
//  5  A request that passes this gateway for the third time is refused.
//  6  Forwarded headers of strangers are removed, the gateway's own are set; what Connection names is removed.
//  7  The first matching router in order of priority is chosen, among the plain or the TLS routers of the entry point.
//  8  None: the client is led to TLS if only a TLS router would take it, or from the node's short name to its full one, else 404.
//  9  Checks that belong to the router: tunnel, recursion, encoded characters, TLS options.
// 10  The router's pipeline: filters, wrappers, service. The service runs its attempts and answers.
// 11  A fault on the way becomes a 500 if nothing was sent yet, else the connection is aborted.
// 12  Access log and metrics get the request.
using System.Globalization;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Rules.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>Handles the HTTP requests of one entry point. One instance for the life of the entry point; all state is in the context.</summary>
public sealed class GatewayHandler
{
    private readonly EntryPointRequestModel _entryPoint;
    private readonly GatewayHandlerOptions _options;
    private readonly LoopGuard _loops;

    /// <summary>Makes the handler of an entry point.</summary>
    public GatewayHandler(EntryPointRequestModel entryPoint, GatewayHandlerOptions options)
    {
        _entryPoint = entryPoint;
        _options = options;
        _loops = new LoopGuard(options.ServerName);
    }

    /// <summary>Handles a request to its end. Never throws.</summary>
    public async Task HandleAsync(GatewayContext context)
    {
        // 1
        context.Snapshot = _options.Snapshots.Current;
        context.StartTimestamp = _options.Time.GetTimestamp();
        context.Forwarding.KeepsHeaders = _options.KeepsOriginHeaders;
        try
        {
            await RouteAsync(context);
        }
        catch (OperationCanceledException) when (context.Http.RequestAborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (Exception fault)
        {
            await FaultAsync(context, fault);
        }

        // 12
        _options.Completed?.Invoke(context);
    }

    private ValueTask RouteAsync(GatewayContext context)
    {
        var request = context.Http.Request;
        var headers = request.Headers;

        // 2
        if (context.RawTarget == "*" && context.Method == "OPTIONS")
        {
            return ErrorAnswer.BareAsync(context, StatusCodes.Status200OK);
        }

        if (headers.Expect.Count > 0 && !IsExpectationKnown(context))
        {
            headers.Connection = default;
            context.Http.Response.Headers.Connection = "close";
            return ErrorAnswer.BareAsync(context, StatusCodes.Status417ExpectationFailed);
        }

        // 3
        var received = context.ReceivedHeaders();
        if (_entryPoint.UnderscoreHeaders != UnderscoreHeaders.Keep && !PassUnderscores(headers, received))
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status400BadRequest, "Bad Request");
        }

        // 4
        var fault = RequestTargetParser.Parse(context.RawTarget, context.Method, _entryPoint.TargetOptions, out var target, out var authority);
        if (fault != TargetFault.None)
        {
            return RefuseTargetAsync(context, fault);
        }

        context.SetRequest(target, authority ?? headers.Host.ToString());

        // 5
        if (!_loops.Pass(headers))
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status508LoopDetected, "Loop Detected");
        }

        // 6
        context.KeepForwardedFor = _entryPoint.KeepForwardedFor;
        _entryPoint.Forwarded.Apply(context, received);
        ConnectionHeaders.CleanAtEntry(headers, _entryPoint.PassedConnectionHeaders);

        // 7
        var routing = context.Snapshot[_entryPoint.Name];
        var router = (context.Connection.IsTls ? routing.Tls : routing.Plain).Match(context);
        context.Router = router;

        // 8
        if (router is null)
        {
            if (_options.RedirectPlainToTls && !context.Connection.IsTls && FindTlsEntryPoint(context, context, routing) is { } entryPoint)
            {
                return RedirectAsync(context, entryPoint, HostName.Split(context.OriginalHost, out _));
            }

            return !context.Connection.IsTls && _options.NodeName?.Invoke() is { } node && IsShortName(context.CanonicalHost, node)
                ? ShortNameAsync(context, routing, node)
                : NotFoundAsync(context);
        }

        // 9
        if (context.Method == "CONNECT")
        {
            return ErrorAnswer.BareAsync(context, StatusCodes.Status501NotImplemented);
        }

        if (router.RecursionToken is { } token)
        {
            if (headers[RouterRecursion.HeaderName] == token)
            {
                return ErrorAnswer.BareAsync(context, StatusCodes.Status400BadRequest);
            }

            headers[RouterRecursion.HeaderName] = token;
        }

        if (_entryPoint.Denied.IsDenied(target.EscapedPath))
        {
            return ErrorAnswer.BareAsync(context, StatusCodes.Status400BadRequest);
        }

        if (context.Connection.IsTls && routing.IsMisdirected(context.Connection.TlsOptions, router))
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status421MisdirectedRequest, "Misdirected Request");
        }

        // 10
        return router.Pipeline.InvokeAsync(context);
    }

    // HTTP/2 has no such answer in Traefik: the header is left alone there.
    private static bool IsExpectationKnown(GatewayContext context) =>
        !HttpProtocol.IsHttp11(context.Http.Request.Protocol)
        || ConnectionHeaders.HasToken(context.Http.Request.Headers.Expect.ToString(), "100-continue");

    private bool PassUnderscores(IHeaderDictionary headers, ReadOnlySpan<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> received)
    {
        foreach (var (name, _) in received)
        {
            if (!name.Contains('_', StringComparison.Ordinal))
            {
                continue;
            }

            if (_entryPoint.UnderscoreHeaders == UnderscoreHeaders.Reject)
            {
                return false;
            }

            headers.Remove(name);
        }

        return true;
    }

    private static ValueTask RefuseTargetAsync(GatewayContext context, TargetFault fault)
    {
        if (fault == TargetFault.Fragment)
        {
            return ErrorAnswer.BareAsync(context, StatusCodes.Status400BadRequest);
        }

        // What Go's server writes when it cannot read a request (runtime-behaviour §1.2): no line feed, and the connection ends.
        var response = context.Http.Response;
        if (HttpProtocol.IsHttp11(context.Http.Request.Protocol) || HttpProtocol.IsHttp10(context.Http.Request.Protocol))
        {
            response.Headers.Connection = "close";
        }

        response.Headers.ContentType = "text/plain; charset=utf-8";
        return ErrorAnswer.BareAsync(context, StatusCodes.Status400BadRequest, "400 Bad Request");
    }

    // Its own TLS side first, then the other entry points by name. A client that already came by TLS, as a trusted
    // proxy in front says, would only be sent in a circle.
    private static EntryPointRouting? FindTlsEntryPoint(GatewayContext context, HttpRequestView request, EntryPointRouting own)
    {
        if (context.Method == "CONNECT" || context.Http.Request.Headers[ForwardedHeaderNames.Proto] is var proto && (proto == "https" || proto == "wss"))
        {
            return null;
        }

        // Routers without entry points stand on all of them, on :80 as on :443: the standard port comes first, so that nobody is sent to
        // https://host:80, although that would be served, too.
        foreach (var standard in context.Snapshot.Ordered)
        {
            if (standard.Port == 443 && standard.Tls.Match(request, namedHostsOnly: true) is not null)
            {
                return standard;
            }
        }

        if (own.Port > 0 && own.Tls.Match(request, namedHostsOnly: true) is not null)
        {
            return own;
        }

        foreach (var other in context.Snapshot.Ordered)
        {
            if (other.Port > 0 && !ReferenceEquals(other, own) && other.Tls.Match(request, namedHostsOnly: true) is not null)
            {
                return other;
            }
        }

        return null;
    }

    private static ValueTask RedirectAsync(GatewayContext context, EntryPointRouting entryPoint, ReadOnlySpan<char> host)
    {
        var port = entryPoint.Port == 443 ? "" : string.Create(CultureInfo.InvariantCulture, $":{entryPoint.Port}");
        return RedirectAsync(context, host.Contains(':') ? $"https://[{host}]{port}{context.RedirectTarget()}" : $"https://{host}{port}{context.RedirectTarget()}");
    }

    private static ValueTask RedirectAsync(GatewayContext context, string location)
    {
        var status = HttpMethods.IsGet(context.Method) || HttpMethods.IsHead(context.Method)
            ? StatusCodes.Status302Found
            : StatusCodes.Status307TemporaryRedirect;
        context.Http.Response.Headers.Location = location;
        return ErrorAnswer.BareAsync(context, status, ReasonPhrases.GetReasonPhrase(status));
    }

    private static bool IsShortName(string host, string node) =>
        host.Length > 0 && node.IndexOf('.', StringComparison.Ordinal) == host.Length && node.StartsWith(host, StringComparison.OrdinalIgnoreCase);

    // MagicDNS lets people type the machine's name alone, which no rule has and no certificate covers: they are led to the full name.
    private ValueTask ShortNameAsync(GatewayContext context, EntryPointRouting routing, string node)
    {
        var named = new OtherHostView(context, node);
        if (_options.RedirectPlainToTls && FindTlsEntryPoint(context, named, routing) is { } entryPoint)
        {
            return RedirectAsync(context, entryPoint, node);
        }

        if (routing.Plain.Match(named, namedHostsOnly: true) is null)
        {
            return NotFoundAsync(context);
        }

        _ = HostName.Split(context.OriginalHost, out var port);
        return RedirectAsync(context, port.Length > 0 ? $"http://{node}:{port}{context.RedirectTarget()}" : $"http://{node}{context.RedirectTarget()}");
    }

    private static ValueTask NotFoundAsync(GatewayContext context) =>
        ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found");

    // 11
    private async ValueTask FaultAsync(GatewayContext context, Exception fault)
    {
        context.Fault = fault;
        GatewayHandlerLog.Fault(_options.Logger, fault, context.Router?.Name, context.Method, context.OriginalHost);
        if (context.Http.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        try
        {
            context.Http.Response.Headers.Clear();
            await ErrorAnswer.PlainAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error");
        }
        catch (Exception second)
        {
            GatewayHandlerLog.Fault(_options.Logger, second, context.Router?.Name, context.Method, context.OriginalHost);
            context.Abort();
        }
    }
}
