using System.Text.Json;

namespace EdgeGateway.Conformance;

/// <summary>The rule files of the corpus, and how their outcomes are compared.</summary>
internal static class RulesCorpus
{
    /// <summary>All entries of a file.</summary>
    public static IReadOnlyList<JsonElement> Read(string name) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "conformance", name))).RootElement.EnumerateArray()];

    /// <summary>The entries of one kind.</summary>
    public static IEnumerable<JsonElement> Read(string name, string kind) => Read(name).Where(entry => entry.Text("kind") == kind);

    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static string[] Texts(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(static item => item.GetString()!)]
            : [];

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Fails with every deviation at once: a test that stops at its first one hides the others.</summary>
    /// <param name="failures">What differs.</param>
    /// <param name="checks">How many outcomes were compared.</param>
    /// <param name="expectedChecks">How many the file has; a file that shrinks or a filter that drops cases must be noticed.</param>
    public static void AssertNone(IReadOnlyCollection<string> failures, int checks, int expectedChecks)
    {
        Assert.True(failures.Count == 0, $"{failures.Count} of {checks} failed:\n{string.Join('\n', failures.Take(60))}");
        Assert.Equal(expectedChecks, checks);
    }
}
