using System.Text.Json;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

/// <summary>One case of a conformance file, named so that a failed test tells which.</summary>
public sealed record ConformanceCase(string Suite, int Index, string Name, JsonElement Json)
{
    /// <summary>All cases of a file; the whole file always runs.</summary>
    public static TheoryData<ConformanceCase> All(string file, params string[] suites)
    {
        TheoryData<ConformanceCase> data = [];
        foreach (var entry in Read(file))
        {
            if (suites.Length == 0 || suites.Contains(entry.Suite))
            {
                data.Add(entry);
            }
        }

        return data;
    }

    /// <summary>Names of the suites of a file.</summary>
    public static IReadOnlyList<string> Suites(string file) => [.. Read(file).Select(static entry => entry.Suite).Distinct()];

    /// <summary>A member by path; undefined when it is missing.</summary>
    public JsonElement this[params string[] path]
    {
        get
        {
            var element = Json;
            foreach (var name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    return default;
                }
            }

            return element;
        }
    }

    public bool Has(params string[] path) => this[path].ValueKind != JsonValueKind.Undefined;

    public string Text(params string[] path) => this[path] is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    public bool Flag(params string[] path) => this[path].ValueKind == JsonValueKind.True;

    public string[] List(params string[] path) => this[path] is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select(static item => item.GetString()!)]
        : [];

    /// <summary>Headers as a map of text or of lists of texts.</summary>
    public IEnumerable<(string Name, string[] Values)> Headers(params string[] path)
    {
        if (this[path] is not { ValueKind: JsonValueKind.Object } map)
        {
            yield break;
        }

        foreach (var property in map.EnumerateObject())
        {
            yield return (property.Name, property.Value.ValueKind switch
            {
                JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(static item => item.GetString()!)],
                JsonValueKind.Null => [],
                _ => [property.Value.GetString()!],
            });
        }
    }

    public override string ToString() => $"{Suite}[{Index}] {Name}";

    public static string PathOf(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeGateway.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no EdgeGateway.sln above the tests");
        }

        return Path.Combine(folder.FullName, "tests", "corpus", relative);
    }

    private static List<ConformanceCase> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(PathOf($"conformance/{file}")));
        List<ConformanceCase> cases = [];
        foreach (var suite in document.RootElement.GetProperty("suites").EnumerateArray())
        {
            var index = 0;
            foreach (var entry in suite.GetProperty("cases").EnumerateArray())
            {
                var name = entry.TryGetProperty("name", out var text) ? text.GetString()! : "";
                cases.Add(new(suite.GetProperty("name").GetString()!, index++, name, entry.Clone()));
            }
        }

        return cases;
    }
}
