using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary><c>p2c</c>: of two servers drawn by lot, the one with fewer running requests; the first on a tie. Weights do not count.</summary>
/// <param name="random">For this service alone; used under a lock.</param>
internal sealed class PowerOfTwoChoices(Random random) : ServerStrategy
{
    private readonly Lock _gate = new();

    protected override Server? Choose(GatewayContext context, Server[] servers, in TriedServers tried, long now, bool avoided)
    {
        var count = 0;
        foreach (var server in servers)
        {
            count += IsCandidate(server, tried, now, avoided) ? 1 : 0;
        }

        if (count < 2)
        {
            return count == 0 ? null : At(0, servers, tried, now, avoided);
        }

        int first, second;
        lock (_gate)
        {
            first = random.Next(count);
            second = random.Next(count - 1);
        }

        second += second >= first ? 1 : 0;

        // A server may have gone down since they were counted.
        var one = At(first, servers, tried, now, avoided);
        var other = At(second, servers, tried, now, avoided);
        return one is null || (other is not null && other.InFlight < one.InFlight) ? other : one;
    }

    private static Server? At(int index, Server[] servers, in TriedServers tried, long now, bool avoided)
    {
        foreach (var server in servers)
        {
            if (IsCandidate(server, tried, now, avoided) && index-- == 0)
            {
                return server;
            }
        }

        return null;
    }
}
