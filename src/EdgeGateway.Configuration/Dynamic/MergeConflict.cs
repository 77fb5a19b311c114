namespace EdgeGateway.Configuration.Dynamic;

/// <summary>A name with different definitions.</summary>
/// <param name="Kind">Kind of element, such as <c>HTTP router</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definitions">All fragments that define it, in byte order of their sources.</param>
/// <param name="Winners">Those whose definition is used.</param>
public sealed record MergeConflict(
    string Kind, string Name, IReadOnlyList<ConfigurationFragment> Definitions, IReadOnlyList<ConfigurationFragment> Winners);
