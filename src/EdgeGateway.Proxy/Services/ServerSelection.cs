using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Services.Strategies;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// How a load balancer with more than plain turns chooses its servers, and what it learns from each attempt. A plain one has none of
/// this on its path.
/// </summary>
/// <param name="state">The live servers.</param>
/// <param name="strategy">Null = by turns.</param>
/// <param name="sticky">Null = not sticky.</param>
/// <param name="passive">Null = traffic does not decide on health.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerSelection(ServiceState state, ServerStrategy? strategy, StickyServers? sticky, PassiveHealth? passive, TimeProvider time)
{
    private readonly bool _measures = strategy is LeastTime;

    /// <summary>False: a server's weight means nothing.</summary>
    public bool CountsWeight { get; } = strategy is not PowerOfTwoChoices;

    /// <summary>The server for the next attempt; null when there is none left.</summary>
    public Server? Choose(GatewayContext context, in TriedServers tried)
    {
        context.Forwarding.HeadTimestamp = _measures ? ForwardingRecord.Wanted : 0;
        var now = time.GetTimestamp();
        if (sticky is not null && tried.IsEmpty && sticky.Find(context, now) is { } kept)
        {
            return kept;
        }

        var chosen = strategy is null ? state.Choose(tried) : strategy.Choose(context, state.Listed, tried, now);
        if (chosen is not null)
        {
            sticky?.Keep(context, chosen);
        }

        return chosen;
    }

    /// <summary>An attempt ended.</summary>
    public void Learn(GatewayContext context, Server server, AttemptOutcome outcome, long begun)
    {
        passive?.Note(server, outcome, context.Forwarding.ServerStatus);
        if (_measures && context.Forwarding.HeadTimestamp > 0)
        {
            server.Times.Add(time.GetElapsedTime(begun, context.Forwarding.HeadTimestamp));
        }
    }
}
