using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>What the API, the dashboard and the log say about one TCP service.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Provider">Provider name.</param>
/// <param name="Config">The service as configured.</param>
/// <param name="Type"><c>loadbalancer</c> or <c>weighted</c>; null when it has none.</param>
/// <param name="Status">Enabled or disabled.</param>
/// <param name="Errors">Every error.</param>
public sealed record TcpServiceReport(
    string Name, string Provider, TcpServiceConfig Config, string? Type, ElementStatus Status, ConfigList<string> Errors)
{
    /// <summary>Routers that use it directly, sorted by name.</summary>
    public ConfigList<string> UsedBy { get; init; } = ConfigList<string>.Empty;

    /// <summary>Address and health of each server at the time of the call; empty for services of other services.</summary>
    public Func<IReadOnlyList<KeyValuePair<string, bool>>> ServerStatus { get; init; } = static () => [];
}
