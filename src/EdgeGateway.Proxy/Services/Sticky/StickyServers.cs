using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Sticky;

/// <summary>
/// Keeps the clients of a load balancer on their server. A cookie that names no server, or one that is down or cannot be reached just
/// now, is replaced by the choice that is made then; the cookie is set on each answer for which there was a choice.
/// </summary>
internal sealed class StickyServers(StickyCookie cookie, ServiceState state, bool countsWeight)
{
    private volatile Known _known = new([], new(cookie, []));

    /// <summary>The server that the request's cookie names, if it can be asked; null otherwise.</summary>
    public Server? Find(GatewayContext context, long now)
    {
        var value = cookie.In(context.Http.Request.Headers.Cookie);
        if (value.IsEmpty || !Table().TryFind(value, out var server, out var isOld)
            || !server.IsUp || server.IsAvoided(now) || (countsWeight && server.Weight <= 0))
        {
            return null;
        }

        if (isOld)
        {
            Keep(context, server);
        }

        return server;
    }

    /// <summary>The answer tells the client its server.</summary>
    public void Keep(GatewayContext context, Server server)
    {
        if (Table().LineOf(server) is { } line)
        {
            context.SetStickyCookie(this, line);
        }
    }

    // Made anew when the list of servers is another one.
    private StickyTable<Server> Table()
    {
        var servers = state.Listed;
        var known = _known;
        if (!ReferenceEquals(known.Servers, servers))
        {
            _known = known = new(servers, new(cookie, servers.Select(static server => (server.Url, server))));
        }

        return known.Table;
    }

    private sealed record Known(Server[] Servers, StickyTable<Server> Table);
}
