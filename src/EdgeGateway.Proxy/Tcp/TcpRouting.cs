using System.Net;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>
/// The TCP routers of one entry point and what they must leave to HTTP (dynamic-config §6.6; data: tcp-routing.json). For one
/// server name: HTTPS with that host, then TCP with TLS, then HTTPS for any host, then TCP for any host, then HTTPS all the same.
/// Priorities order routers inside one of these only.
/// </summary>
internal sealed class TcpRouting
{
    /// <summary>No TCP routers: everything is HTTP.</summary>
    public static readonly TcpRouting Empty = new(TcpRoutes.Empty, TcpRoutes.Empty, HttpsHosts.None);

    private readonly HttpsHosts _https;

    public TcpRouting(TcpRoutes plain, TcpRoutes tls, HttpsHosts https)
    {
        Plain = plain;
        Tls = tls;
        _https = https;
        RoutesUnread = plain.Routers.Count > 0 && tls.Routers.Count == 0 && !https.Any;
    }

    /// <summary>Routers without TLS.</summary>
    public TcpRoutes Plain { get; }

    /// <summary>Routers with TLS.</summary>
    public TcpRoutes Tls { get; }

    /// <summary>True when nothing here needs a byte of the client: servers may speak first, and TLS goes through as it is.</summary>
    public bool RoutesUnread { get; }

    /// <summary>True when there is nothing to decide.</summary>
    public bool IsEmpty => Plain.Routers.Count == 0 && Tls.Routers.Count == 0;

    /// <summary>The router of a connection that is not TLS; null = HTTP.</summary>
    public TcpRouterModel? MatchPlain(IPAddress peer) => Plain.Match("", peer, []);

    /// <summary>The router of a TLS connection; null = HTTPS.</summary>
    public TcpRouterModel? MatchTls(string? serverName, IPAddress peer, IReadOnlyList<string> protocols)
    {
        serverName ??= "";
        if (Tls.Routers.Count == 0 || _https.Has(serverName))
        {
            return null;
        }

        var router = Tls.Match(serverName, peer, protocols);
        return router is { Rule.IsCatchAll: true } && _https.CatchAll ? null : router;
    }

    /// <summary>The router of TLS that follows a PostgreSQL SSLRequest: HTTP routers do not count; null = closed.</summary>
    public TcpRouterModel? MatchStartTls(string? serverName, IPAddress peer, IReadOnlyList<string> protocols) =>
        Tls.Match(serverName ?? "", peer, protocols);
}
