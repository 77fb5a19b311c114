using System.Collections.Concurrent;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>One timer for all openings, handshakes, bodies and answers of an entry point, instead of one for each.</summary>
internal static class ConnectionSweep
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks at every connection until it is stopped. A limit strikes at most a tenth of the shortest one late, 50 ms at least, a second at most.</summary>
    public static async Task RunAsync(
        ConcurrentDictionary<string, Connection> connections, RespondingTimeoutsConfig timeouts, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period(timeouts), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = time.GetTimestamp();
                foreach (var (_, connection) in connections)
                {
                    var deadline = Volatile.Read(ref connection.Deadline);
                    if (deadline != 0 && now >= deadline)
                    {
                        connection.Abort(connection.IsTls ? ConnectionEnd.HandshakeTimeout : ConnectionEnd.OpeningTimeout);
                    }

                    connection.LookAtRequests(now);
                    connection.Look(now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the entry point closes what is still opening.
        }
    }

    private static TimeSpan Period(RespondingTimeoutsConfig timeouts)
    {
        var shortest = (timeouts.ReadTimeout, timeouts.WriteTimeout) switch
        {
            (var read, var write) when read > TimeSpan.Zero && write > TimeSpan.Zero => read < write ? read : write,
            (var read, var write) => read > TimeSpan.Zero ? read : write,
        };
        var period = shortest > TimeSpan.Zero ? shortest / 10 : Longest;
        return period < Shortest ? Shortest : period > Longest ? Longest : period;
    }
}
