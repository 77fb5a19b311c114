using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>What a file says.</summary>
/// <param name="Configuration">Its elements without a fault; null when the file cannot be used at all.</param>
/// <param name="Dropped">Paths of the elements with a fault (<c>http.routers.r</c>).</param>
/// <param name="Problems">Everything found wrong, with file, line and column.</param>
/// <param name="Rendered">The text behind the template.</param>
/// <param name="PlaceOf">Where an element stands: kind (<c>http.routers</c>), name, option or empty; null when it is not there.</param>
internal sealed record DecodedFile(
    DynamicConfiguration? Configuration, IReadOnlyList<string> Dropped, IReadOnlyList<ConfigurationProblem> Problems, string Rendered,
    Func<string, string, string, SourceLocation?> PlaceOf);
