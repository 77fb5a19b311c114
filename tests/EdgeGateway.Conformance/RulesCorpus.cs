using Xunit;
using System.Text.Json;

namespace EdgeGateway.Conformance;

/// <summary>The conformance files, found by walking up to the solution.</summary>
internal static class RulesCorpus
{
    /// <summary>All entries of a file, each with its id in front so that a failing one is named.</summary>
    public static IReadOnlyList<JsonElement> Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeGateway.sln")))
        {
            folder = folder.Parent;
        }

        var path = Path.Combine(folder!.FullName, "tests", "corpus", "conformance", name);
        return [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray()];
    }

    /// <summary>The entries of one kind.</summary>
    public static IEnumerable<JsonElement> Read(string name, string kind) =>
        Read(name).Where(entry => entry.TryGetProperty("kind", out var value) && value.GetString() == kind);

    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static string[] Texts(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : [];

    /// <summary>Fails with every deviation at once; a corpus that stops at its first failure hides the others.</summary>
    public static void AssertNone(IReadOnlyCollection<string> failures, int checks, int expectedChecks)
    {
        Assert.True(failures.Count == 0, $"{failures.Count} of {checks} failed:\n{string.Join('\n', failures.Take(60))}");
        // A file that shrinks or a filter that drops cases must be noticed.
        Assert.Equal(expectedChecks, checks);
    }
}
