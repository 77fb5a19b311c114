using System.Diagnostics.CodeAnalysis;
using System.Net;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Removes what an untrusted client says about itself and adds what the gateway knows (runtime-behaviour §1.4, steps 1 and 2). What
/// middlewares see is without the peer in X-Forwarded-For; <see cref="Append"/> adds it when the service is called.
/// </summary>
internal sealed class ForwardedHeaders
{
    private readonly bool _trustAll;
    private readonly NetworkSet? _trusted;
    private readonly string _serverName;

    private ForwardedHeaders(bool trustAll, NetworkSet? trusted, string serverName)
    {
        _trustAll = trustAll;
        _trusted = trusted;
        _serverName = serverName;
    }

    /// <summary>Compiles an entry point's settings.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="serverName">Machine name for X-Forwarded-Server.</param>
    /// <param name="result">The rules; null on an error.</param>
    /// <param name="error">What is wrong with <c>trustedIPs</c>.</param>
    public static bool TryCreate(
        ForwardedHeadersConfig config,
        string serverName,
        [NotNullWhen(true)] out ForwardedHeaders? result,
        [NotNullWhen(false)] out string? error)
    {
        NetworkSet? trusted = null;
        error = null;
        if (config.TrustedIPs.Count > 0 && !NetworkSet.TryParse(config.TrustedIPs.AsSpan(), out trusted, out error))
        {
            result = null;
            return false;
        }

        result = new ForwardedHeaders(config.Insecure, trusted, serverName);
        return true;
    }

    /// <summary>True when the peer's own forwarded headers are believed.</summary>
    public bool Trusts(IPAddress? peer) => _trustAll || (peer is not null && _trusted is not null && _trusted.Contains(peer));

    /// <summary>Edits the request headers; to be called before <see cref="ConnectionHeaders.CleanAtEntry"/>.</summary>
    /// <param name="context">Request whose host is known.</param>
    /// <param name="received">All headers as received.</param>
    public void Apply(GatewayContext context, ReadOnlySpan<KeyValuePair<string, StringValues>> received)
    {
        var headers = context.Http.Request.Headers;
        var trusted = Trusts(context.PeerAddress);
        var kept = false;
        foreach (var (name, _) in received)
        {
            if (!ForwardedHeaderNames.IsManaged(name))
            {
                continue;
            }

            if (trusted)
            {
                kept = true;
            }
            else
            {
                headers.Remove(name);
            }
        }

        if (PeerText(context) is { } peer)
        {
            SetIfEmpty(headers, ForwardedHeaderNames.RealIp, peer, kept);
        }

        var tls = context.Connection.IsTls;
        var proto = IsWebSocket(headers) ? (tls ? "wss" : "ws") : tls ? "https" : "http";
        proto = SetIfEmpty(headers, ForwardedHeaderNames.Proto, proto, kept);
        var port = context.HostPort;
        SetIfEmpty(headers, ForwardedHeaderNames.Port, port.Length > 0 ? port : tls || proto is "https" or "wss" ? "443" : "80", kept);
        if (context.OriginalHost.Length > 0)
        {
            SetIfEmpty(headers, ForwardedHeaderNames.Host, context.OriginalHost, kept);
        }

        if (kept && headers.TryGetValue(ForwardedHeaderNames.For, out var forwardedFor) && forwardedFor.Count > 1)
        {
            headers[ForwardedHeaderNames.For] = string.Join(", ", (string?[])forwardedFor!);
        }

        headers[ForwardedHeaderNames.Server] = _serverName;
    }

    /// <summary>Adds the peer to X-Forwarded-For, unless the entry point or a middleware says otherwise. Does nothing the second time.</summary>
    /// <param name="context">Request.</param>
    /// <param name="appended">What this gave the last time for this request; null the first time.</param>
    public static string? Append(GatewayContext context, string? appended)
    {
        var headers = context.Http.Request.Headers;
        if (context.OmitForwardedFor)
        {
            headers.Remove(ForwardedHeaderNames.For);
            return null;
        }

        if (context.KeepForwardedFor || PeerText(context) is not { } peer)
        {
            return null;
        }

        var prior = headers[ForwardedHeaderNames.For];
        if (appended is not null && prior.Count == 1 && ReferenceEquals(prior[0], appended))
        {
            return appended;
        }

        // An empty one counts as none: Traefik sends ", peer" (design, "be right").
        var text = prior.Count > 1 ? string.Join(", ", (string?[])prior!) : prior.ToString();
        text = text.Length == 0 ? peer : $"{text}, {peer}";
        headers[ForwardedHeaderNames.For] = text;
        return text;
    }

    /// <summary>True for a WebSocket handshake over HTTP/1.1, read from the first line of both headers as Traefik does.</summary>
    public static bool IsWebSocket(IHeaderDictionary headers)
    {
        var upgrade = headers.Upgrade;
        return upgrade.Count > 0
            && ConnectionHeaders.HasToken(headers.Connection.Count > 0 ? headers.Connection[0] : "", "upgrade")
            && ConnectionHeaders.HasToken(upgrade[0], "websocket");
    }

    private static string? PeerText(GatewayContext context)
    {
        var text = context.Connection.PeerAddressText;
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        return zone < 0 ? text : text[..zone];
    }

    private static string SetIfEmpty(IHeaderDictionary headers, string name, string value, bool mayExist)
    {
        if (mayExist && headers.TryGetValue(name, out var existing) && existing.Count > 0 && !string.IsNullOrEmpty(existing[0]))
        {
            return existing[0]!;
        }

        headers[name] = value;
        return value;
    }
}
