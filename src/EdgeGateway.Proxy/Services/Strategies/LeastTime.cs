using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary>
/// <c>leasttime</c>: the lowest of mean time to the first byte × (1 + running requests) / weight; a server without a sample comes first.
/// Servers of the same score take turns by weight, earliest deadline first.
/// </summary>
internal sealed class LeastTime : ServerStrategy
{
    private readonly Lock _gate = new();
    private double _now;

    /// <summary>The score; the lowest wins.</summary>
    public static double Score(Server server) => server.Times.Average * (1 + server.InFlight) / server.Weight;

    protected override Server? Choose(GatewayContext context, Server[] servers, in TriedServers tried, long now, bool avoided)
    {
        lock (_gate)
        {
            Server? best = null;
            var lowest = 0.0;
            foreach (var server in servers)
            {
                if (server.Weight <= 0 || !IsCandidate(server, tried, now, avoided))
                {
                    continue;
                }

                if (server.Times.Deadline < _now)
                {
                    server.Times.Deadline = _now + (1.0 / server.Weight); // new, or passed over for a while: no debt to be made good
                }

                var score = Score(server);
                if (best is null || score < lowest || (score <= lowest && server.Times.Deadline < best.Times.Deadline))
                {
                    (best, lowest) = (server, score);
                }
            }

            if (best is not null)
            {
                _now = best.Times.Deadline;
                best.Times.Deadline += 1.0 / best.Weight;
            }

            return best;
        }
    }
}
