using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services;

/// <summary>The end of a router's pipeline: gives the request to a server, or answers itself (internal services).</summary>
public abstract class HttpServiceModel(string name)
{
    /// <summary>Qualified name, such as <c>web@nomad</c>.</summary>
    public string Name { get; } = name;

    /// <summary>False: every server behind it is down, or there is none; a service that has others to choose from leaves it out.</summary>
    public virtual bool IsUp => true;

    /// <summary>Why its health is not known to a service above that asks for it (<c>healthCheck: {}</c>); null when it is.</summary>
    internal virtual string? HealthUnknown => $"{GetType().Name} has no health";

    /// <summary>Answers the request. Never throws for what a server or client does; errors become answers or aborts.</summary>
    public abstract ValueTask HandleAsync(GatewayContext context);
}
