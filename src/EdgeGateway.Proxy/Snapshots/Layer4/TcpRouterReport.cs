using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>What the API, the dashboard and the log say about one TCP router.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Provider">Provider name.</param>
/// <param name="Config">The router with default entry points applied, middlewares qualified and priority resolved.</param>
/// <param name="Status">Enabled, warning or disabled.</param>
/// <param name="Errors">Every error, in the order in which it was found.</param>
/// <param name="Using">Entry points it is served on.</param>
/// <param name="ServiceName">Qualified service name; empty when the router names none.</param>
public sealed record TcpRouterReport(
    string Name, string Provider, TcpRouterConfig Config, ElementStatus Status,
    ConfigList<string> Errors, ConfigList<string> Using, string ServiceName)
{
    /// <summary>Places in <see cref="Errors"/> that may have changed since.</summary>
    internal IReadOnlyList<LocatedFault> Places { get; init; } = [];
}
