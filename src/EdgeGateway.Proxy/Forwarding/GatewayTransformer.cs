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
internal sealed class GatewayTransformer(GatewayContext context) : HttpTransformer
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private Server? _server;
    private bool _passHost;
    private string? _connection;

    /// <summary>True once the server's head was passed on.</summary>
    public bool HeadReceived { get; private set; }

    /// <summary>Prepares for an attempt.</summary>
    public void Begin(Server server, bool passHost)
    {
        _server = server;
        _passHost = passHost;
        HeadReceived = false;
        _connection = context.Http.Response.Headers.Connection;
    }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var server = _server!;
        var upstream = context.Upstream;
        proxyRequest.RequestUri = new Uri(string.Concat(server.UriPrefix, server.PathPrefix, upstream.Target), Verbatim);

        var headers = proxyRequest.Headers;
        foreach (var (name, values) in httpContext.Request.Headers)
        {
            // Pseudo-headers of HTTP/2, what belongs to this hop, and an empty User-Agent, which says no more than none.
            if (name[0] == ':' || IsOwn(name) || (values.Count == 1 && values[0]!.Length == 0 && name.Equals(HeaderNames.UserAgent, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (name.Equals(HeaderNames.Expect, StringComparison.OrdinalIgnoreCase))
            {
                // Set as a flag: only then does the handler wait for the server's word before it asks the client for the body.
                headers.ExpectContinue = true;
                continue;
            }

            Add(proxyRequest, name, values);
        }

        headers.Host = _passHost && upstream.Host.Length > 0 ? upstream.Host : _passHost ? "" : server.Authority;
        return default;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return new(false);
        }

        HeadReceived = true;
        context.Forwarding.ServerStatus = (int)proxyResponse.StatusCode;
        var response = httpContext.Response;

        // A server's own phrase never reaches the client.
        if (!HttpProtocol.IsHttp2(httpContext.Request.Protocol))
        {
            httpContext.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = GoReasonPhrase.For(response.StatusCode);
        }

        var switching = response.StatusCode == StatusCodes.Status101SwitchingProtocols;
        var headers = response.Headers;
        var named = proxyResponse.Headers.NonValidated.TryGetValues(HeaderNames.Connection, out var connection) ? connection : default;
        foreach (var (name, values) in proxyResponse.Headers.NonValidated)
        {
            if (!IsHop(name) && !(named.Count > 0 && IsNamed(named, name)))
            {
                headers[name] = ToStringValues(values);
            }
            else if (switching && name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase))
            {
                headers.Upgrade = ToStringValues(values);
            }
        }

        foreach (var (name, values) in proxyResponse.Content.Headers.NonValidated)
        {
            // Set as text: a length that is no number must not fail before it is looked at.
            if (name != HeaderNames.ContentLength)
            {
                headers[name] = ToStringValues(values);
            }
        }

        SetLength(response, proxyResponse.Content.Headers.NonValidated);

        if (_connection is not null)
        {
            headers.Connection = _connection;
        }

        context.RunResponseFilters();
        return new(true);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        var feature = httpContext.Features.Get<IHttpResponseTrailersFeature>();
        if (feature?.Trailers is { IsReadOnly: false } trailers)
        {
            foreach (var (name, values) in proxyResponse.TrailingHeaders.NonValidated)
            {
                trailers[name] = ToStringValues(values);
            }
        }

        return default;
    }

    // RFC 9112 §6.3: several equal lengths are one, anything else is no answer. A 304 has no body and Go gives it no length.
    private static void SetLength(HttpResponse response, System.Net.Http.Headers.HttpHeadersNonValidated headers)
    {
        if (response.StatusCode == StatusCodes.Status304NotModified || !headers.TryGetValues(HeaderNames.ContentLength, out var values))
        {
            return;
        }

        long? length = null;
        foreach (var line in values)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                if (!long.TryParse(line.AsSpan(part).Trim(), System.Globalization.NumberStyles.None, null, out var found) || (length ?? found) != found)
                {
                    throw new HttpRequestException(HttpRequestError.InvalidResponse, "the server's answer has no usable Content-Length");
                }

                length = found;
            }
        }

        response.ContentLength = length;
    }

    // Host is set from the upstream request; the framing headers belong to the connection, and the forwarder writes those of an upgrade.
    private static bool IsOwn(string name) => name.Length switch
    {
        7 => name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase),
        10 => name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase),
        4 => name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase),
        17 => name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    // RFC 9110 §7.6.1, with the list that Go's reverse proxy removes.
    private static bool IsHop(string name) => name.Length switch
    {
        2 => name.Equals(HeaderNames.TE, StringComparison.OrdinalIgnoreCase),
        7 => name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.Trailer, StringComparison.OrdinalIgnoreCase),
        10 => name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.KeepAlive, StringComparison.OrdinalIgnoreCase),
        16 => name.Equals(HeaderNames.ProxyConnection, StringComparison.OrdinalIgnoreCase),
        17 => name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase),
        18 => name.Equals(HeaderNames.ProxyAuthenticate, StringComparison.OrdinalIgnoreCase),
        19 => name.Equals(HeaderNames.ProxyAuthorization, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool IsNamed(System.Net.Http.Headers.HeaderStringValues named, string name)
    {
        foreach (var line in named)
        {
            foreach (var token in line.AsSpan().Split(','))
            {
                if (line.AsSpan(token).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values.ToString();
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }

            return;
        }

        string?[] all = values!;
        if (!request.Headers.TryAddWithoutValidation(name, all))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, all);
        }
    }

    private static StringValues ToStringValues(System.Net.Http.Headers.HeaderStringValues values)
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
}
