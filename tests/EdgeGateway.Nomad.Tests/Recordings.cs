using System.Text.Json;

namespace EdgeGateway.Nomad.Tests;

/// <summary>The recordings of a real Nomad 2.0.5 in the corpus.</summary>
internal static class Recordings
{
    public static string Folder { get; } = Find();

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal);

    public static IReadOnlyList<JsonElement> Steps(string file) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file))).RootElement.GetProperty("steps").EnumerateArray()];

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "EdgeGateway.sln")))
            {
                return Path.Combine(at.FullName, "tests", "corpus", "recordings", "nomad");
            }
        }

        throw new DirectoryNotFoundException("EdgeGateway.sln is in no parent folder");
    }
}
