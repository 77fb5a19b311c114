using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services;

/// <summary>The end of a router's pipeline: gives the request to a server, or answers itself (internal services).</summary>
public abstract class HttpServiceModel(string name)
{
    /// <summary>Qualified name, such as <c>web@nomad</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Answers the request. Never throws for what a server or client does; errors become answers or aborts.</summary>
    public abstract ValueTask HandleAsync(GatewayContext context);
}
