using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary>
/// What the authentication server is told (runtime-behaviour §2.11): the client's headers, all or the listed ones, without those of the
/// connection, and where the request goes. <c>trustForwardHeader</c> has three states: unset keeps what the entry point believed and
/// sets five anew, false makes all anew, true adds to what is there.
/// </summary>
internal sealed class AuthRequestHeaders
{
    private const string Method = "X-Forwarded-Method";
    private const string Uri = "X-Forwarded-Uri";

    private readonly bool? _trusts;
    private readonly FrozenSet<string>? _listed;

    public AuthRequestHeaders(ForwardAuthConfig config)
    {
        _trusts = config.TrustForwardHeader;
        _listed = config.AuthRequestHeaders.Count == 0 ? null : config.AuthRequestHeaders.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The headers for a request. Framing and host are not among them.</summary>
    public Dictionary<string, StringValues> For(GatewayContext context)
    {
        Dictionary<string, StringValues> headers = new(StringComparer.OrdinalIgnoreCase);
        var connection = context.Http.Request.Headers.Connection.ToString();
        foreach (var (name, values) in context.CopyHeaders())
        {
            if (name.Length > 0 && name[0] != ':' && !IsOfConnection(name) && !ConnectionHeaders.HasToken(connection, name) && IsPassed(name))
            {
                headers[name] = values;
            }
        }

        var tls = context.Connection.IsTls;
        var peer = context.Connection.PeerAddressText;
        if (_trusts == true)
        {
            var prior = headers.GetValueOrDefault(ForwardedHeaderNames.For);
            headers[ForwardedHeaderNames.For] = StringValues.IsNullOrEmpty(prior) ? peer : $"{string.Join(", ", prior.ToArray())}, {peer}";
            var proto = Fill(headers, ForwardedHeaderNames.Proto, tls ? "https" : "http");
            Fill(headers, ForwardedHeaderNames.Port, PortOf(context, tls || proto is "https" or "wss"));
            Fill(headers, Method, context.Method);
            Fill(headers, ForwardedHeaderNames.Host, context.Upstream.Host);
            Fill(headers, Uri, context.Target.ToString());
            return headers;
        }

        headers[ForwardedHeaderNames.For] = peer;
        headers[ForwardedHeaderNames.Proto] = tls ? "https" : "http";
        headers[Method] = context.Method;
        headers[Uri] = context.Target.ToString();
        if (context.Upstream.Host.Length > 0)
        {
            headers[ForwardedHeaderNames.Host] = context.Upstream.Host;
        }
        else
        {
            headers.Remove(ForwardedHeaderNames.Host);
        }

        if (_trusts == false)
        {
            headers[ForwardedHeaderNames.Port] = PortOf(context, tls);
        }

        return headers;
    }

    private bool IsPassed(string name) =>
        _trusts is { } trusts && ForwardedHeaderNames.IsManaged(name) ? trusts : _listed is null || _listed.Contains(name);

    private static string Fill(Dictionary<string, StringValues> headers, string name, string value)
    {
        if (headers.TryGetValue(name, out var there) && !StringValues.IsNullOrEmpty(there))
        {
            return there[0]!;
        }

        if (value.Length > 0)
        {
            headers[name] = value;
        }

        return value;
    }

    private static string PortOf(GatewayContext context, bool isSecure)
    {
        _ = HostName.Split(context.Upstream.Host, out var port);
        return port.Length > 0 ? port.ToString() : isSecure ? "443" : "80";
    }

    // Proxy-Authorization is for the gateway, and so for the authentication server.
    private static bool IsOfConnection(string name) => name.ToLowerInvariant() is
        "connection" or "keep-alive" or "te" or "trailer" or "trailers" or "transfer-encoding" or "upgrade" or "host" or "content-length" or "expect";
}
