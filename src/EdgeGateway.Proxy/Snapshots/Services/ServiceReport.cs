using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>What the API, the dashboard and the log say about one service.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Provider">Provider name.</param>
/// <param name="Config">The service as configured.</param>
/// <param name="Type">Lower-cased kind such as <c>loadbalancer</c>; null for internal services.</param>
/// <param name="Status">Enabled, warning or disabled.</param>
/// <param name="Errors">Every error.</param>
public sealed record ServiceReport(
    string Name, string Provider, HttpServiceConfig Config, string? Type, ElementStatus Status, ConfigList<string> Errors)
{
    /// <summary>Its live servers; null unless it is a load balancer.</summary>
    internal ServiceState? State { get; init; }

    /// <summary>Routers that use it directly, sorted by name.</summary>
    public ConfigList<string> UsedBy { get; init; } = ConfigList<string>.Empty;
}
