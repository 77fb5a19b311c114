using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services.Strategies;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary><c>highestRandomWeight</c>: each client address to the member with the highest score among those that are up.</summary>
/// <param name="name">Qualified name.</param>
/// <param name="members">Members that have a share.</param>
/// <param name="reports">True: its health is known to a service above.</param>
internal sealed class HashedService(string name, ServiceMember[] members, bool reports) : HttpServiceModel(name)
{
    /// <inheritdoc />
    public override bool IsUp => Array.Exists(members, static member => member.Model.IsUp);

    /// <inheritdoc />
    internal override string? HealthUnknown => reports ? null : "healthCheck not enabled in config for this highestRandomWeight service";

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context)
    {
        var client = HighestRandomWeight.Of(context.Connection.PeerAddressText);
        ServiceMember? best = null;
        var highest = 0.0;
        foreach (var member in members)
        {
            if (member.Model.IsUp && HighestRandomWeight.Score(client, member.Name, member.Weight) is var score && (best is null || score > highest))
            {
                (best, highest) = (member, score);
            }
        }

        return best is null
            ? ErrorAnswer.PlainAsync(context, StatusCodes.Status503ServiceUnavailable, "no available server")
            : best.Model.HandleAsync(context);
    }
}
