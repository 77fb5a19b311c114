using System.Net.Http.Headers;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// Writes out what the pipeline computed: the target byte for byte, the cleaned headers, and back the server's status and
/// headers. Never calls its base, whose idea of paths and headers is another (dotnet §2.2). One per context, reused with it.
/// </summary>
internal sealed class GatewayTransformer(GatewayContext context, TimeProvider time) : HttpTransformer
{
    private Server? _server;
    private bool _passHost;
    private const string Grpc = "application/grpc";

    private string? _upgrade;
    private StringValues _connection;
    private StringValues _contentType;

    /// <summary>True once the server's head was understood and passed on.</summary>
    public bool HeadReceived { get; private set; }

    /// <summary>True once the server's body was passed on to its end.</summary>
    public bool AnswerEnded { get; private set; }

    /// <summary>True when the answer was dropped because <see cref="GatewayContext.AnswerGate"/> does not want it.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Prepares for an attempt.</summary>
    /// <param name="server">Where it goes.</param>
    /// <param name="passHost">True: with the client's Host; false: with the server's authority.</param>
    /// <param name="upgrade">Protocol that the client wants to change to; null for none.</param>
    public void Begin(Server server, bool passHost, string? upgrade)
    {
        _server = server;
        _passHost = passHost;
        _upgrade = upgrade;
        HeadReceived = false;
        AnswerEnded = false;
        IsRefused = false;
        context.Forwarding.ServerBytes = 0;
        _connection = context.Http.Response.Headers.Connection;
        HideGrpcSuffix();
    }

    // YARP flushes each message of a call whose type is gRPC's to the letter; those of application/grpc+proto would wait for the next ones.
    private void HideGrpcSuffix()
    {
        // An attempt that ended before its head was made left it; the transformer is reused with its context.
        _contentType = default;
        var headers = context.Http.Request.Headers;
        if (headers.ContentType is { Count: 1 } type && type.ToString() is var text && text.Length > Grpc.Length && text[Grpc.Length] == '+'
            && text.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
        {
            _contentType = type;
            headers.ContentType = Grpc;
        }
    }

    private void ShowGrpcSuffix()
    {
        if (_contentType.Count > 0)
        {
            context.Http.Request.Headers.ContentType = _contentType;
            _contentType = default;
        }
    }

    /// <summary>Gives back a response as it was before the attempt: nothing of YARP's or of a part of the answer reaches the client.</summary>
    public void TakeBack()
    {
        var response = context.Http.Response;
        response.Headers.Clear();
        response.Headers.Connection = _connection;
        response.StatusCode = StatusCodes.Status200OK;
        context.Http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
    }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        ShowGrpcSuffix();
        var server = _server!;
        var upstream = context.Upstream;
        proxyRequest.RequestUri = server.UriFor(upstream.Target);
        var headers = proxyRequest.Headers;

        // None sent, or not to be passed: the authority as the server's URL has it, with its port also where that is the usual one.
        headers.TryAddWithoutValidation(HeaderNames.Host, _passHost && upstream.Host.Length > 0 ? upstream.Host : server.Authority);

        if (proxyRequest.Content is null && !RepeatableRequests.IsIdempotent(upstream.Method))
        {
            proxyRequest.Content = new EmptyContent();
        }

        foreach (var (name, values) in context.CopyHeaders())
        {
            if (!IsOwn(name))
            {
                Add(proxyRequest, name, values);
            }
        }

        // YARP itself restores the two for these, and only these, protocols.
        if (_upgrade is not null && !IsUpgradedByYarp(_upgrade))
        {
            headers.TryAddWithoutValidation(HeaderNames.Connection, HeaderNames.Upgrade);
            headers.TryAddWithoutValidation(HeaderNames.Upgrade, _upgrade);
        }

        return default;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return new(false);
        }

        var status = (int)proxyResponse.StatusCode;
        if (status == StatusCodes.Status101SwitchingProtocols)
        {
            ServerAnswer.CheckSwitch(proxyResponse.Headers.NonValidated, _upgrade);
        }

        if (context.AnswerGate?.Refuses(status) == true)
        {
            context.Forwarding.ServerStatus = status;
            IsRefused = true;
            return new(false);
        }

        // A server's own phrase never reaches the client; YARP has copied it.
        var response = httpContext.Response;
        var feature = httpContext.Features.Get<IHttpResponseFeature>()!;
        var phrase = GoReasonPhrase.For(status);
        if (!ReferenceEquals(feature.ReasonPhrase, phrase))
        {
            feature.ReasonPhrase = phrase;
        }

        var announces = context.TakesTrailers && !proxyResponse.Content.Headers.NonValidated.Contains(HeaderNames.ContentLength);
        var chunked = CopyHeaders(proxyResponse.Headers.NonValidated, response.Headers, announces);
        // RFC 9110 §8.6: without a body on the wire there is no length either, as in Go.
        CopyContentHeaders(proxyResponse.Content.Headers.NonValidated, response.Headers, !chunked && AnswerStatus.HasBody(status));
        if (_connection.Count > 0)
        {
            response.Headers.Connection = _connection;
        }

        HeadReceived = true;
        if (context.Forwarding.HeadTimestamp == ForwardingRecord.Wanted)
        {
            context.Forwarding.HeadTimestamp = time.GetTimestamp();
        }

        context.Forwarding.ServerStatus = status;
        if (status != StatusCodes.Status101SwitchingProtocols)
        {
            // A 101's stream is written to as well; what a tunnel carries is not counted here.
            proxyResponse.Content = new CountedContent(proxyResponse.Content, context.Forwarding);
        }

        context.RunResponseFilters();
        return new(true);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        AnswerEnded = true;
        foreach (var (name, values) in proxyResponse.TrailingHeaders.NonValidated)
        {
            context.AddTrailer(name, ToStringValues(values));
        }

        return default;
    }

    /// <summary>True for the protocols whose upgrade YARP sees to.</summary>
    private static bool IsUpgradedByYarp(string protocol) =>
        protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase) || protocol.StartsWith("SPDY/", StringComparison.OrdinalIgnoreCase);

    // Host and the upgrade are set by themselves, framing belongs to the connection, pseudo-headers to HTTP/2.
    private static bool IsOwn(string name) => name.Length switch
    {
        4 => name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase),
        7 => name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase) || name[0] == ':',
        10 => name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) || name[0] == ':',
        17 => name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase),
        _ => name[0] == ':',
    };

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values.ToString();

            // An empty User-Agent counts as none (Go).
            if (value.Length == 0 && name.Equals(HeaderNames.UserAgent, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                ContentFor(request, name, value)?.Headers.TryAddWithoutValidation(name, value);
            }

            return;
        }

        string?[] all = values!;
        if (!request.Headers.TryAddWithoutValidation(name, all))
        {
            ContentFor(request, name, values.ToString())?.Headers.TryAddWithoutValidation(name, all);
        }
    }

    // Content-Type and its kin belong to the content, which a request without body has not. A Content-Length of it says nothing.
    private static HttpContent? ContentFor(HttpRequestMessage request, string name, string value) =>
        (request.Content is EmptyContent or null) && name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)
            ? null
            : request.Content ??= new EmptyContent();

    private static StringValues ToStringValues(HeaderStringValues values)
    {
        if (values.Count == 1)
        {
            return values.ToString();
        }

        var all = new string[values.Count];
        var i = 0;
        foreach (var value in values)
        {
            all[i++] = value;
        }

        return all;
    }

    /// <summary>True when the answer came chunked, so that a Content-Length means nothing (RFC 9112 §6.3).</summary>
    private static bool CopyHeaders(HttpHeadersNonValidated received, IHeaderDictionary headers, bool announcesTrailers)
    {
        var chunked = false;
        HeaderStringValues named = default;
        var hasNamed = received.TryGetValues(HeaderNames.Connection, out named);
        foreach (var (name, values) in received)
        {
            if (!HopByHopHeaders.Contains(name))
            {
                if (!hasNamed || !HopByHopHeaders.IsNamed(named, name))
                {
                    headers[name] = ToStringValues(values);
                }
            }
            else if (name.Length == 17)
            {
                ServerAnswer.CheckTransferEncoding(values);
                chunked = true;
            }
            else if (name.Length == 7 && name[0] is 'T' or 't' && announcesTrailers)
            {
                // The announcement goes along with the trailers.
                headers[name] = ToStringValues(values);
            }
        }

        return chunked;
    }

    private static void CopyContentHeaders(HttpHeadersNonValidated received, IHeaderDictionary headers, bool withLength)
    {
        foreach (var (name, values) in received)
        {
            if (name.Length != 14 || !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
            {
                headers[name] = ToStringValues(values);
                continue;
            }

            var length = ServerAnswer.CheckLength(values);
            if (withLength)
            {
                headers.ContentLength = length;
            }
        }
    }
}
