using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>What the instances say.</summary>
/// <param name="Configuration">Merged configuration; the same object as last time if nothing changed.</param>
/// <param name="Problems">What could not be used, one line per fault and service, however many instances show it.</param>
public sealed record InstanceMapping(DynamicConfiguration Configuration, ConfigList<ConfigurationProblem> Problems);
