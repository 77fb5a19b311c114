using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Snapshots;

namespace EdgeGateway.Conformance;

/// <summary>
/// aggregation.json, the whole file: what several providers and the entry points' defaults give together. Compared by what the
/// compiler reports, which is what the API shows.
/// </summary>
public sealed class AggregationTests
{
    private const string Provider = "p";

    // Where the outcome is deliberately another one, or not there yet; each is in docs/compatibility.md. A listed case that gives
    // Traefik's outcome after all fails.
    private static readonly Dictionary<string, string> Deviations = new(StringComparer.Ordinal)
    {
    };

    public static TheoryData<string> Cases => [.. All().Select(static entry => entry.Text("id"))];

    [Fact]
    public void The_whole_file_is_run() => Assert.Equal(37, All().Count());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_what_Traefik_gives(string id)
    {
        var entry = All().Single(e => e.Text("id") == id);
        var difference = entry.Text("kind") switch
        {
            "mergeConfiguration" => Merge(entry),
            "applyModel" => Model(entry),
            _ => null,
        };
        if (Deviations.TryGetValue(id, out var reason))
        {
            Assert.True(difference is not null, $"no longer a deviation: {reason}");
            return;
        }

        Assert.True(difference is null, difference);
    }

    private static IEnumerable<JsonObject> All() => TagsCorpus.Load("aggregation.json").Select(static node => node!.AsObject());

    private static string? Merge(JsonObject entry)
    {
        string[] entryPoints = entry["defaultEntryPoints"].Texts();
        using var stage = new CompilerStage(entryPoints, entryPoints);
        var report = stage.Report([.. entry["given"]!.AsObject().Select(static given => (given.Key, TagsCorpus.Decode(given.Value)))]);
        var expected = entry["expected"]!;
        return entry.Text("comparedPart") switch
        {
            "http" => Elements(expected, "routers", report.Routers.Values.Select(static r => KeyValuePair.Create(r.Name, EntryPoints(r.Config.EntryPoints))))
                ?? Elements(expected, "services", report.Services.Keys.Select(static name => KeyValuePair.Create(name, "")))
                ?? Elements(expected, "middlewares", report.Middlewares.Keys.Select(static name => KeyValuePair.Create(name, ""))),
            var part => $"{part} is not compared yet",
        };
    }

    private static string EntryPoints(IEnumerable<string> names) => string.Join(',', names);

    private static string? Elements(JsonNode expected, string kind, IEnumerable<KeyValuePair<string, string>> actual)
    {
        var wanted = expected[kind]?.AsObject().Select(static e => $"{e.Key} [{EntryPoints(e.Value!["entryPoints"].Texts())}]") ?? [];
        var got = actual.Select(static a => $"{a.Key} [{a.Value}]");
        return wanted.Order(StringComparer.Ordinal).SequenceEqual(got.Order(StringComparer.Ordinal))
            ? null
            : $"{kind}: expected {string.Join(' ', wanted)}, got {string.Join(' ', got)}";
    }

    private static string? Model(JsonObject entry)
    {
        var input = entry["input"]!.AsObject();
        var given = new JsonObject();
        foreach (var (section, value) in input)
        {
            var copy = value!.DeepClone().AsObject();
            copy.Remove("models");
            given[section] = copy;
        }

        var configuration = TagsCorpus.Decode(given);
        var models = input["http"]?["models"]?.AsObject().Select(static m => Read(m.Key, m.Value!)).ToArray() ?? [];
        string[] entryPoints =
        [
            .. configuration.Http.Routers.Values.SelectMany(static r => r.EntryPoints).Concat(models.Select(static m => m.EntryPoint)).Distinct(StringComparer.Ordinal),
        ];
        using var stage = new CompilerStage(entryPoints, [], models);
        var report = stage.Report((Provider, configuration));
        var expected = entry["expected"]?["http"]?["routers"]?.AsObject() ?? [];
        foreach (var (name, router) in expected)
        {
            // A router below others is not built: it is disabled and says so; its parents are as expected.
            var isChild = router!["parentRefs"] is not null;
            if (!report.Routers.TryGetValue($"{name}@{Provider}", out var shown))
            {
                return $"router {name} is missing: {string.Join(' ', report.Routers.Keys)}";
            }

            if (isChild)
            {
                Assert.Equal(ElementStatus.Disabled, shown.Status);
                continue;
            }

            var wanted = HttpRouterConfig.Type.Decode(Node(router), new(Configuration.Sources.ConfigSource.File))!;
            var got = shown.Config with
            {
                Middlewares = shown.Config.Middlewares.Select(static m => m[..m.IndexOf('@', StringComparison.Ordinal)]).ToConfigList(),
                Priority = 0,
            };
            if (wanted != got)
            {
                return $"router {name}: expected {wanted}, got {got}";
            }
        }

        return report.Routers.Count == expected.Count ? null : $"routers: {string.Join(' ', report.Routers.Keys)}";
    }

    private static EntryPointModel Read(string name, JsonNode model)
    {
        var router = HttpRouterConfig.Type.Decode(Node(model), new(Configuration.Sources.ConfigSource.File))!;
        return new(name[..name.IndexOf('@', StringComparison.Ordinal)], router.Middlewares, router.Tls);
    }

    private static Configuration.Sources.ConfigNode Node(JsonNode node) => TagsCorpus.ToNode(node);
}
