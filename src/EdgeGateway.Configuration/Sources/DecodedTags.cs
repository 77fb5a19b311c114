using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>What the tags of one instance say.</summary>
/// <param name="Labels">All labels, also those that are no configuration.</param>
/// <param name="Configuration">Elements without a fault.</param>
/// <param name="Dropped">Paths of the elements left out (<c>http.routers.r</c>): they were declared, so nothing takes their place.</param>
/// <param name="Problems">What was wrong; the location is what the caller's function made of the tag's key.</param>
public sealed record DecodedTags(
    IReadOnlyDictionary<string, string> Labels, DynamicConfiguration Configuration,
    IReadOnlyList<string> Dropped, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>True when an element of that kind (<c>http.routers</c>) was left out.</summary>
    public bool HasDropped(string kind) => Dropped.Any(path => path.StartsWith(kind, StringComparison.Ordinal) && path.Length > kind.Length && path[kind.Length] == '.');
}
