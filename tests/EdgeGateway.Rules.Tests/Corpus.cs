using System.Text.Json;

namespace EdgeGateway.Rules.Tests;

/// <summary>Rules of the conformance corpus, as seeds for properties.</summary>
internal static class Corpus
{
    public static string[] Rules { get; } =
    [
        .. new[] { "rules-http.json", "rules-http-extra.json", "rules-tcp.json", "rules-tcp-extra.json" }
            .SelectMany(static file => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement.EnumerateArray())
            .Where(static entry => entry.TryGetProperty("rule", out _))
            .Select(static entry => entry.GetProperty("rule").GetString()!)
            .Distinct(),
    ];

    private static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "EdgeGateway.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside a clone of the project");
            }

            return Path.Combine(folder.FullName, "tests", "corpus", "conformance");
        }
    }
}
