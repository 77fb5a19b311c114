using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>The static configuration with what is worth a line in the log once there is one.</summary>
/// <param name="Configuration">Derived and checked.</param>
/// <param name="Warnings">What was ignored or is probably not meant.</param>
/// <param name="Origin">Where it came from: a file's path, <c>flags</c>, <c>environment</c> or <c>defaults</c>.</param>
public sealed record LoadedConfiguration(StaticConfiguration Configuration, ConfigList<ConfigurationProblem> Warnings, string Origin);
