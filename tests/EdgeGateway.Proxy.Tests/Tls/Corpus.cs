using System.Text.Json;

namespace EdgeGateway.Proxy.Tests.Tls;

/// <summary>Finds tests/corpus from wherever the tests run.</summary>
internal static class Corpus
{
    public static string Folder { get; } = Find();

    public static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, path))).RootElement;

    public static string Text(string path) => File.ReadAllText(Path.Combine(Folder, path));

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeGateway.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException("EdgeGateway.sln not found above the tests.");
        }

        return Path.Combine(folder, "tests", "corpus");
    }
}
