using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary>A way to choose a server other than by turns (<c>loadBalancer.strategy</c>, runtime-behaviour §3.1).</summary>
internal abstract class ServerStrategy
{
    /// <summary>
    /// The server for the next attempt; null when there is none left. Those that could not be reached a moment ago, or just started,
    /// are chosen only when there is no other.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="servers">The servers in force.</param>
    /// <param name="tried">Servers that must not be chosen.</param>
    /// <param name="now">Timestamp for <see cref="Server.IsAvoided"/>.</param>
    public Server? Choose(GatewayContext context, Server[] servers, in TriedServers tried, long now) =>
        Choose(context, servers, tried, now, avoided: false) ?? Choose(context, servers, tried, now, avoided: true);

    /// <summary>Chooses among the servers that are, or are not, avoided.</summary>
    protected abstract Server? Choose(GatewayContext context, Server[] servers, in TriedServers tried, long now, bool avoided);

    /// <summary>True when the server may be chosen in this round.</summary>
    protected static bool IsCandidate(Server server, in TriedServers tried, long now, bool avoided) =>
        server.IsUp && !server.IsFenced && !tried.Contains(server) && server.IsAvoided(now) == avoided;
}
