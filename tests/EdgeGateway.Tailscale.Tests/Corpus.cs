using System.Text.Json;

namespace EdgeGateway.Tailscale.Tests;

/// <summary>Finds the repository's files from wherever the tests run.</summary>
internal static class Corpus
{
    public static string Root { get; } = FindRoot();

    public static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "tests", "corpus", path))).RootElement;

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "EdgeGateway.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("EdgeGateway.sln not found above the test binaries");
    }
}
