using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary><c>hrw</c>: each client address to the server with the highest score; the next highest when that one cannot be asked.</summary>
internal sealed class HashedServers : ServerStrategy
{
    protected override Server? Choose(GatewayContext context, Server[] servers, in TriedServers tried, long now, bool avoided)
    {
        // The peer, never X-Forwarded-For, as in Traefik.
        var client = HighestRandomWeight.Of(context.Connection.PeerAddressText);
        Server? best = null;
        var highest = 0.0;
        foreach (var server in servers)
        {
            if (server.Weight > 0 && IsCandidate(server, tried, now, avoided)
                && HighestRandomWeight.Score(client, server.Url, server.Weight) is var score && (best is null || score > highest))
            {
                (best, highest) = (server, score);
            }
        }

        return best;
    }
}
