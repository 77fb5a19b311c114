using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>What the instances say.</summary>
/// <param name="Configuration">Merged configuration; the same object as last time if nothing changed.</param>
/// <param name="Problems">What could not be used, one line per fault and service, however many instances show it.</param>
public sealed record InstanceMapping(DynamicConfiguration Configuration, ConfigList<ConfigurationProblem> Problems)
{
    /// <summary>Where an element was written; see <see cref="ProviderMessage.OriginOf"/>.</summary>
    public Func<string, string, string, ElementOrigin?>? OriginOf { get; init; }

    /// <summary>The message of a provider.</summary>
    public ProviderMessage ToMessage(string provider) => new(provider, Configuration, Problems) { OriginOf = OriginOf };
}
