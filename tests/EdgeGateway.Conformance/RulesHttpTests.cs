using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Conformance;

/// <summary>All cases of rules-http.json and rules-http-extra.json.</summary>
public sealed class RulesHttpTests
{
    private const int UpstreamCases = 536;
    private const int RecordedCases = 1278;

    [Fact]
    public void Every_rule_of_the_upstream_tables_matches_what_it_matches_in_Traefik()
    {
        var failures = new List<string>();
        var rules = 0;
        var checks = 0;
        var unreal = 0;
        foreach (var entry in RulesCorpus.Read("rules-http.json", "match"))
        {
            rules++;
            var rule = Parse(entry, failures);
            foreach (var test in entry.Items("cases"))
            {
                checks++;
                var matches = rule?.Matches(RulesRequest.FromUrl(test.GetProperty("request")));
                if (test.Flag("rawHeaderMap"))
                {
                    // The table puts an odd spelling into Go's header map, which no request from a wire can do: there it would match.
                    unreal++;
                    Assert.True(matches);
                }
                else
                {
                    Check(entry, test, matches, failures);
                }
            }
        }

        Assert.Equal(249, rules);
        Assert.Equal(8, unreal);
        RulesCorpus.AssertNone(failures, checks, UpstreamCases);
    }

    [Fact]
    public void Every_recorded_request_matches_what_it_matched_in_Traefik()
    {
        var failures = new List<string>();
        var checks = 0;
        var engine = 0;
        foreach (var entry in RulesCorpus.Read("rules-http-extra.json"))
        {
            var rule = Parse(entry, failures);
            CheckAround(entry, rule, failures);
            foreach (var test in entry.Items("cases"))
            {
                checks++;
                var request = test.GetProperty("request");
                var view = RulesRequest.FromTarget(request);
                if (IsForTheEngine(request))
                {
                    // Answered before any rule is asked: 400 for the Host line, 200 for "OPTIONS *".
                    engine++;
                    Assert.False(test.Flag("match"));
                }
                else
                {
                    var refused = view is null;
                    if (refused != (test.GetProperty("expectedStatus").GetInt32() == 400))
                    {
                        failures.Add($"{entry.Text("id")} {request.Text("target")}: refused {refused}");
                    }

                    Check(entry, test, view is not null && rule is not null && rule.Matches(view), failures);
                }
            }
        }

        Assert.Equal(30, engine);
        RulesCorpus.AssertNone(failures, checks, RecordedCases);
    }

    [Fact]
    public void The_index_finds_every_router_that_matches()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-http.json", "match").Concat(RulesCorpus.Read("rules-http-extra.json")))
        {
            if (entry.Flag("expectedError"))
            {
                continue;
            }

            var rule = HttpRule.Parse(entry.Text("rule"), entry.Text("syntax"));
            var routing = HttpRouting.Build([Router(entry.Text("id"), rule, 1, 0)]);
            foreach (var test in entry.Items("cases"))
            {
                var request = test.GetProperty("request");
                var view = request.TryGetProperty("target", out _) ? RulesRequest.FromTarget(request) : RulesRequest.FromUrl(request);
                if (view is not null && rule.Matches(view))
                {
                    checks++;
                    Assert.True(routing.Match(view) is not null, $"{rule.Text} is lost for {view.CanonicalHost}");
                    Assert.True(rule.Keys.Paths is null || rule.Keys.Paths.Any(key => key.Holds(view.RoutingPath)), rule.Text);
                }
            }
        }

        Assert.True(checks > 500, $"{checks}");
    }

    [Fact]
    public void The_router_that_wins_is_the_one_that_wins_in_Traefik()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-http.json", "priority"))
        {
            checks++;
            var precedence = entry.Texts("providersPrecedence");
            var routing = HttpRouting.Build(entry.Items("routes").Select(route =>
            {
                var rule = HttpRule.Parse(route.Text("rule"));
                var priority = route.GetProperty("priority").GetInt64();
                var rank = Array.IndexOf(precedence, route.Text("provider"));
                return Router(route.Text("name"), rule, priority != 0 ? priority : rule.Priority, rank < 0 ? int.MaxValue : rank);
            }));
            Assert.Equal(entry.Text("expectedRoute"), routing.Match(RulesRequest.FromUrl(entry.GetProperty("request")))?.Name);
        }

        Assert.Equal(12, checks);
    }

    [Fact]
    public void Domains_priorities_and_routing_paths_are_those_of_Traefik()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-http.json"))
        {
            switch (entry.Text("kind"))
            {
                case "parseDomains":
                    checks++;
                    Assert.Equal(Expected(entry, "expectedError", "expectedDomains"), Try(() => HttpRule.ParseDomains(entry.Text("rule"))));
                    break;
                case "rulePriority":
                    checks++;
                    Assert.Equal(entry.GetProperty("expectedPriority").GetInt64(), HttpRule.PriorityOf(entry.Text("rule")));
                    break;
                case "routingPath":
                    checks++;
                    var path = entry.Text("path");
                    Assert.Equal(entry.Text("expectedRoutingPath"), RoutingPath.From(path, path));
                    break;
            }
        }

        Assert.Equal(10, checks);
    }

    [Fact]
    public void Every_tree_is_the_one_that_Traefik_builds()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-http.json", "parseTree"))
        {
            checks++;
            var names = new MatcherNames(entry.Texts("knownMatchers"));
            if (entry.Flag("expectedError"))
            {
                Assert.Throws<RuleException>(() => RuleParser.Parse(entry.Text("rule"), names));
                continue;
            }

            var root = RuleParser.Parse(entry.Text("rule"), names);
            AssertTree(entry.GetProperty("expectedTree"), root);
            var collected = entry.Texts("collectMatchers");
            Assert.Equal(entry.Texts("expectedValues"), root.Matchers.Where(m => collected.Contains(m.Name)).SelectMany(m => m.Arguments));
        }

        Assert.Equal(21, checks);
    }

    internal static IReadOnlyList<string>? Expected(JsonElement entry, string error, string values) => entry.Flag(error) ? null : entry.Texts(values);

    internal static IReadOnlyList<string>? Try(Func<IReadOnlyList<string>> parse)
    {
        try
        {
            return parse();
        }
        catch (RuleException)
        {
            return null;
        }
    }

    internal static void Check(JsonElement entry, JsonElement test, bool? outcome, List<string> failures)
    {
        if (outcome != test.Flag("match"))
        {
            failures.Add($"{entry.Text("id")} {entry.Text("syntax")} {entry.Text("rule")} {test.GetProperty("request")}: {outcome}, expected {test.Flag("match")}");
        }
    }

    private static HttpRule? Parse(JsonElement entry, List<string> failures)
    {
        if (HttpRule.TryParse(entry.Text("rule"), entry.Text("syntax"), out var rule, out var error) == entry.Flag("expectedError"))
        {
            failures.Add($"{entry.Text("id")} {entry.Text("rule")}: {error ?? "no error"}, expected {entry.Text("errorText")}");
        }

        return rule;
    }

    private static void CheckAround(JsonElement entry, HttpRule? rule, List<string> failures)
    {
        var text = entry.Text("rule");
        var domains = Try(() => HttpRule.ParseDomains(text));
        var expected = Expected(entry, "parseDomainsError", "parsedDomains");
        if (!(domains ?? ["(error)"]).SequenceEqual(expected ?? ["(error)"]) || (rule is not null && !rule.Domains.SequenceEqual(expected!)))
        {
            failures.Add($"{entry.Text("id")} {text}: domains {string.Join(' ', domains ?? ["(error)"])}");
        }

        if (HttpRule.PriorityOf(text) != entry.GetProperty("defaultPriority").GetInt64())
        {
            failures.Add($"{entry.Text("id")} {text}: priority {HttpRule.PriorityOf(text)}");
        }
    }

    private static bool IsForTheEngine(JsonElement request)
    {
        var raw = request.Text("rawRequest");
        return raw.StartsWith("OPTIONS * ", StringComparison.Ordinal)
            || (raw.Contains("HTTP/1.1", StringComparison.Ordinal) && !raw.Contains("Host:", StringComparison.Ordinal))
            || raw.Split("\r\nHost:").Length > 2
            || request.Text("host").AsSpan().ContainsAny(" /@");
    }

    private static HttpRouterModel Router(string name, HttpRule rule, long priority, int rank) => new()
    {
        Name = name,
        Config = new(),
        Rule = new CompiledRule(rule),
        Priority = priority,
        ProviderRank = rank,
        Pipeline = RequestPipeline.Build([], new NoService()),
    };

    private static void AssertTree(JsonElement expected, RuleNode actual)
    {
        var name = expected.Text("matcher");
        if (actual is OperatorNode join)
        {
            Assert.Equal(name, join.IsAnd ? "and" : "or");
            Assert.Equal(2, join.Operands.Length);
            AssertTree(expected.GetProperty("left"), join.Operands[0]);
            AssertTree(expected.GetProperty("right"), join.Operands[1]);
            return;
        }

        var matcher = (MatcherNode)actual;
        Assert.Equal(name, matcher.Name);
        Assert.Equal(expected.Flag("not"), matcher.IsNegated);
        Assert.Equal(expected.Texts("values"), matcher.Arguments);
        Assert.Equal(expected.Flag("checkError"), matcher.HasMissingArgument);
    }

    private sealed class NoService() : Proxy.Services.HttpServiceModel("none@test")
    {
        public override ValueTask HandleAsync(GatewayContext context) => ValueTask.CompletedTask;
    }
}
