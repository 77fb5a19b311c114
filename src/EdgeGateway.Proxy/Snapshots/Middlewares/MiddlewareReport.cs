using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Middlewares;

/// <summary>What the API, the dashboard and the log say about one middleware.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Provider">Provider name.</param>
/// <param name="Config">The middleware as configured.</param>
/// <param name="Status">Enabled or disabled.</param>
/// <param name="Errors">Every error.</param>
public sealed record MiddlewareReport(
    string Name, string Provider, MiddlewareConfig Config, ElementStatus Status, ConfigList<string> Errors)
{
    /// <summary>Routers that use it directly, sorted by name.</summary>
    public ConfigList<string> UsedBy { get; init; } = ConfigList<string>.Empty;
}
