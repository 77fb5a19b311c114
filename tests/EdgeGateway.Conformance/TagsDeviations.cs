using System.Text.Json.Nodes;

namespace EdgeGateway.Conformance;

/// <summary>
/// Where the outcome is deliberately not Traefik's: the reason, and what is expected instead (tags-deviations.json). A
/// listed case that gives Traefik's outcome after all fails, so that the list cannot rot.
/// </summary>
internal static class TagsDeviations
{
    internal sealed record Deviation(string Reason, string Expected);

    internal static readonly IReadOnlyDictionary<string, Deviation> All = JsonNode
        .Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "EdgeGateway.Conformance", "tags-deviations.json")))!.AsObject()
        .ToDictionary(static entry => entry.Key, static entry => new Deviation(entry.Value!.AsObject().Text("reason"), TagsCorpus.Canonical(entry.Value["outcome"])));
}
