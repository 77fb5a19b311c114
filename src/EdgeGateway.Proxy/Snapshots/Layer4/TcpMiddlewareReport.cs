using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>What the API, the dashboard and the log say about one TCP middleware.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Provider">Provider name.</param>
/// <param name="Config">The middleware as configured.</param>
/// <param name="Status">Enabled or disabled.</param>
/// <param name="Errors">Every error.</param>
public sealed record TcpMiddlewareReport(
    string Name, string Provider, TcpMiddlewareConfig Config, ElementStatus Status, ConfigList<string> Errors)
{
    /// <summary>Routers that use it directly, sorted by name (Traefik's API does not show it for TCP).</summary>
    public ConfigList<string> UsedBy { get; init; } = ConfigList<string>.Empty;
}
