using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>Routers that are right by themselves and get no requests all the same.</summary>
/// <param name="Problem">The warning that says why.</param>
/// <param name="Names">Their qualified names.</param>
internal sealed record IdleRouters(ConfigurationProblem Problem, string[] Names);
