using System.Collections.Frozen;
using System.Text.Json;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Routing;
using EdgeGateway.Proxy.Routing;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

/// <summary>
/// The whole e2e scenario <c>paths</c>, what Traefik answered on the wire, against the request path without an HTTP engine. What only
/// the engine decides is listed below and left to the black-box run.
/// </summary>
public sealed class RecordedPathsTests
{
    // Answered by the HTTP engine before the gateway sees a request (runtime-behaviour §1.2).
    private static readonly FrozenSet<string> EngineDecides =
        new[] { "absolute-form-no-host", "empty-target", "space-in-target", "no-host", "two-hosts", "host-comma", "host-slash", "host-space", "host-userinfo" }
            .ToFrozenSet();

    public static TheoryData<string> Ids
    {
        get
        {
            TheoryData<string> ids = [];
            foreach (var test in Scenario().GetProperty("cases").EnumerateArray())
            {
                ids.Add(test.GetProperty("id").GetString()!);
            }

            return ids;
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Paths_go_out_as_Traefik_sent_them(string id)
    {
        var test = Scenario().GetProperty("cases").EnumerateArray().Single(test => test.GetProperty("id").GetString() == id);
        var lines = test.TryGetProperty("head", out var head)
            ? head.EnumerateArray().Select(static line => line.GetString()!).ToArray()
            : test.GetProperty("raw").GetString()!.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (EngineDecides.Contains(id))
        {
            Assert.Empty(test.GetProperty("expect").GetProperty("seen").EnumerateArray());
            return;
        }

        var parts = lines[0].Split(' ');
        var host = lines.Skip(1).FirstOrDefault(static line => line.StartsWith("Host:", StringComparison.Ordinal))?[5..].Trim();
        var target = parts[1].Replace("{rep:x:6000}", new string('x', 6000), StringComparison.Ordinal);
        var services = new[] { "b1", "b2", "b3" }.Select(static name => new RecordingService(name)).ToArray();
        var request = await new TestRequest(target, host, parts[0], parts[2]).HandleAsync(Handler(test, services));

        var expected = test.GetProperty("expect");
        var status = expected.GetProperty("r")[0].GetProperty("status").GetString()!.Split(' ')[1];
        Assert.Equal(int.Parse(status, null), request.Status);
        var seen = expected.GetProperty("seen").EnumerateArray().ToArray();
        var called = services.SingleOrDefault(static service => service.Calls > 0);
        Assert.Equal(seen.Length > 0 ? seen[0].GetProperty("b").GetString() : null, called?.Name);
        if (called is null)
        {
            Assert.Equal(expected.GetProperty("r")[0].GetProperty("body").GetString(), request.Body);
            return;
        }

        var line = seen[0].GetProperty("line").GetString()!;
        if (!line.StartsWith("(sha256", StringComparison.Ordinal))
        {
            Assert.Equal(line, $"{parts[0]} {called.Target} HTTP/1.1");
        }

        // The whole set of headers; Traefik's own Accept-Encoding is not sent by design, and an empty host is replaced by the forwarder.
        var headers = seen[0].GetProperty("headers").EnumerateArray()
            .Select(static header => (Name: header[0].GetString()!, Value: header[1].GetString()!))
            .Where(static header => header.Name != "accept-encoding" && header.Name != "host")
            .Select(static header => $"{header.Name}: {header.Value.Replace("{hostname}", "machine", StringComparison.Ordinal)}");
        Assert.Equal(headers.Order(), called.Headers.Where(static header => header.Key != "Host").Select(static header => $"{header.Key.ToLowerInvariant()}: {header.Value}").Order());
        var sentHost = seen[0].GetProperty("headers").EnumerateArray().Single(static header => header[0].GetString() == "host")[1].GetString()!;
        Assert.Equal(sentHost.Contains('{', StringComparison.Ordinal) ? "" : sentHost, called.Host);
    }

    private static GatewayHandler Handler(JsonElement test, RecordingService[] services)
    {
        var config = new EntryPointConfig();
        if (test.TryGetProperty("entry", out var entry) && entry.GetString() == "alt")
        {
            config = config with
            {
                Http = new()
                {
                    SanitizePath = false,
                    EncodedCharacters = new()
                    {
                        AllowEncodedSlash = false,
                        AllowEncodedBackSlash = false,
                        AllowEncodedNullCharacter = false,
                        AllowEncodedSemicolon = false,
                        AllowEncodedPercent = false,
                        AllowEncodedQuestionMark = false,
                        AllowEncodedHash = false,
                    },
                },
            };
        }

        var snapshots = new SnapshotHolder();
        snapshots.Publish(new()
        {
            EntryPoints = new Dictionary<string, EntryPointRouting>
            {
                ["web"] = new()
                {
                    Name = "web",
                    Plain = HttpRouting.Build([
                        Router("p", TestRule.Host("p.test"), 14, services[0]),
                        Router("all", new TestRule(static request => request.RoutingPath.StartsWith('/'), null), 1, services[1]),
                        Router("st", new TestRule(static request => request.CanonicalHost == "star.test" && request.RoutingPath == "/", "star.test"), 32, services[2]),
                    ]),
                },
            }.ToFrozenDictionary(),
        });
        return new(TestRequest.EntryPoint(config), new() { Snapshots = snapshots, ServerName = "machine" });
    }

    private static HttpRouterModel Router(string name, RouteRule rule, long priority, RecordingService service) => new()
    {
        Name = name, Rule = rule, Priority = priority, Config = new(), Pipeline = RequestPipeline.Build([], service),
    };

    private static JsonElement Scenario()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(ConformanceCase.PathOf("e2e/scenarios/paths.json")));
        return document.RootElement.Clone();
    }
}
