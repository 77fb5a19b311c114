using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>What one instance became; kept as long as the instance keeps its object.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Fragment">Its configuration, or null when it is not used.</param>
/// <param name="Problems">What was wrong; the location names the tag only.</param>
internal sealed record InstanceFragment(NomadInstance Instance, ConfigurationFragment? Fragment, IReadOnlyList<ConfigurationProblem> Problems);
