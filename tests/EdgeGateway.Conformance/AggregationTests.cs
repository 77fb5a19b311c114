using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Proxy.Tls;

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
        ["Test_mergeConfiguration_tlsCertificates#2"] = "there is no ACME resolver, so the store acme-tls/1 holds nothing",
        ["Test_resolveHTTPTLSOptions#2"] = NoHttpOptions,
        ["Test_resolveHTTPTLSOptions#4"] = NoHttpOptions,
        ["Test_resolveHTTPTLSOptions#5"] = NoHttpOptions,
    };

    private const string NoHttpOptions = "routers whose TLS options are not applied keep their name; the warning is told once per host instead of on a copy of each router";

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
            "resolveHTTPTLSOptions" => TlsOptions(entry),
            var kind => $"unknown kind {kind}",
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
            "tcp" => Elements(expected, "routers", report.TcpRouters.Values.Select(static r => KeyValuePair.Create(r.Name, EntryPoints(r.Config.EntryPoints))))
                ?? Elements(expected, "services", report.TcpServices.Keys.Select(static name => KeyValuePair.Create(name, ""))),
            "tls.options" => MergeOptions(entry),
            "tls.certificates" => MergeCertificates(entry),
            "tls.stores" => MergeStores(entry),
            var part => $"unknown part {part}",
        };
    }

    private static ProviderMessage[] Messages(JsonObject entry) =>
    [
        .. entry["given"]!.AsObject().Select(static given => new ProviderMessage(
            given.Key, TagsCorpus.Decode(given.Value), ConfigList<Configuration.Sources.ConfigurationProblem>.Empty)),
    ];

    private static string? MergeOptions(JsonObject entry)
    {
        var compiler = new TlsOptionsCompiler();
        compiler.Update(Messages(entry));
        var expected = entry["expected"]!.AsObject();
        foreach (var (name, options) in expected)
        {
            var wanted = TlsOptionsConfig.Type.Decode(Node(options!), new(Configuration.Sources.ConfigSource.File))!;
            if (compiler.Find(name)?.Config is not { } got
                || (wanted.MinVersion, wanted.MaxVersion) != (got.MinVersion, got.MaxVersion) || !wanted.AlpnProtocols.Equals(got.AlpnProtocols))
            {
                return $"{name}: expected {wanted}, got {compiler.Find(name)?.Config}";
            }
        }

        // What Traefik leaves out is there as an entry with an error, so that a router that wants it says why.
        return expected.ContainsKey("default") || compiler.Default.Model is null ? null : "default is used";
    }

    private static string? MergeCertificates(JsonObject entry)
    {
        var store = new CertificateStore();
        var compiler = new TlsCertificatesCompiler(store);
        compiler.Update(Messages(entry));
        var tried = compiler.Problems.Count + store.Leaves.Count;
        return tried == entry["expected"]!.AsArray().Count ? null : $"{tried} certificates were read";
    }

    private static string? MergeStores(JsonObject entry)
    {
        // The files do not exist: that one was tried shows in what is said about it.
        var compiler = new TlsCertificatesCompiler(new CertificateStore());
        compiler.Update(Messages(entry));
        var code = entry["expected"]!["default"] is null ? "EG-TLS-STORE" : "EG-TLS-CERTIFICATE";
        return compiler.Problems is [var problem] && problem.Code == code ? null : string.Join(' ', compiler.Problems);
    }

    private static string? TlsOptions(JsonObject entry)
    {
        var given = new JsonObject();
        foreach (var (name, router) in entry["routers"]!.AsObject())
        {
            var copy = router!.DeepClone().AsObject();
            copy["service"] = "noop@internal";
            given[name[..name.IndexOf('@', StringComparison.Ordinal)]] = copy;
        }

        using var stage = new CompilerStage(["ep-a", "ep-b"], []);
        var report = stage.Report(
            ("file", TagsCorpus.Decode(new JsonObject
            {
                ["http"] = new JsonObject { ["routers"] = given },
                ["tls"] = new JsonObject
                {
                    ["options"] = new JsonObject
                    {
                        ["optsA"] = new JsonObject(), ["optsB"] = new JsonObject(), ["optsX"] = new JsonObject(), ["optsY"] = new JsonObject(),
                    },
                },
            })),
            ("internal", TagsCorpus.Decode(new JsonObject { ["http"] = new JsonObject { ["services"] = new JsonObject { ["noop"] = new JsonObject() } } })));
        foreach (var (name, options) in entry["expected"]!.AsObject())
        {
            if (!report.Routers.TryGetValue(name, out var router) || router.Status == ElementStatus.Disabled
                || (router.Config.Tls?.Options ?? "default") != options!.GetValue<string>().Split('@')[0])
            {
                return $"{name}: {router?.Status} {string.Join(' ', router?.Errors ?? [])}, there are {string.Join(' ', report.Routers.Keys)}";
            }
        }

        return entry["unexpectedRouters"].Texts().Where(report.Routers.ContainsKey).FirstOrDefault() is { } extra ? $"{extra} is there" : null;
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
            if (!report.Routers.TryGetValue($"{name}@{Provider}", out var shown))
            {
                return $"router {name} is missing: {string.Join(' ', report.Routers.Keys)}";
            }

            var wanted = HttpRouterConfig.Type.Decode(Node(router!), new(Configuration.Sources.ConfigSource.File))!;
            wanted = wanted with { ParentRefs = wanted.ParentRefs.Order(StringComparer.Ordinal).ToConfigList() };
            var got = shown.Config with
            {
                Middlewares = shown.Config.Middlewares.Select(Unqualified).ToConfigList(),
                // Their order is not significant, as the corpus says.
                ParentRefs = shown.Config.ParentRefs.Select(Unqualified).Order(StringComparer.Ordinal).ToConfigList(),
                Priority = 0,
            };
            if (wanted != got)
            {
                return $"router {name}: expected {wanted}, got {got}";
            }
        }

        return report.Routers.Count == expected.Count ? null : $"routers: {string.Join(' ', report.Routers.Keys)}";
    }

    private static string Unqualified(string name) => name[..name.IndexOf('@', StringComparison.Ordinal)];

    private static EntryPointModel Read(string name, JsonNode model)
    {
        var router = HttpRouterConfig.Type.Decode(Node(model), new(Configuration.Sources.ConfigSource.File))!;
        return new(name[..name.IndexOf('@', StringComparison.Ordinal)], router.Middlewares, router.Tls);
    }

    private static Configuration.Sources.ConfigNode Node(JsonNode node) => TagsCorpus.ToNode(node);
}
