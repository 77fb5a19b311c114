using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Routers;

/// <summary>Routers below routers (<c>parentRefs</c>): what is made of them, what is said about them, what a change costs.</summary>
public sealed class LayeredRoutersTests
{
    private static readonly HttpRouterConfig Top = new() { Rule = "Host(`a.test`)" };

    [Fact]
    public void Parents_and_children_are_enabled_and_shown_as_written()
    {
        var report = Report(new() { ["top"] = Top, ["middle"] = Child("Method(`GET`)", "top") with { Service = null }, ["leaf"] = Child("PathPrefix(`/`)", "middle@p") });

        Assert.All(report.Routers.Values, static router => Assert.Equal(ElementStatus.Enabled, router.Status));
        Assert.Equal((["top@p"], ["middle@p"]), (report.Routers["middle@p"].Config.ParentRefs, report.Routers["leaf@p"].Config.ParentRefs));
        Assert.Equal((["web"], [], []), (report.Routers["top@p"].Using, report.Routers["middle@p"].Using, report.Routers["leaf@p"].Using));
        Assert.Equal(["leaf@p"], report.Services["s@p"].UsedBy);
        Assert.Null(report.Routers["leaf@p"].Config.Observability);
        Assert.Empty(report.Problems);
    }

    [Fact]
    public void A_parent_of_another_provider_is_found()
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        var report = stage.Report(
            ("p", Configuration(new() { ["leaf"] = Child("PathPrefix(`/`)", "top@q") })), ("q", Configuration(new() { ["top"] = Top })));

        Assert.Equal((ElementStatus.Enabled, ElementStatus.Enabled), (report.Routers["top@q"].Status, report.Routers["leaf@p"].Status));
    }

    [Theory]
    [InlineData("parent router \"tip@p\" does not exist; did you mean \"top@p\"? [EG-ROUTER-PARENT]")]
    [InlineData("non-root router cannot have TLS configuration [EG-ROUTER-CHILD]")]
    [InlineData("non-root router cannot have Observability configuration [EG-ROUTER-CHILD]")]
    [InlineData("non-root router cannot have Entrypoints configuration [EG-ROUTER-CHILD]")]
    [InlineData("router has no service and no child routers [EG-ROUTER-SERVICE]")]
    [InlineData("router is not reachable [EG-ROUTER-PARENT]")]
    [InlineData("the service \"none@p\" does not exist [EG-ROUTER-SERVICE]")]
    public void A_child_at_fault_is_disabled_and_costs_no_other(string error)
    {
        var bad = error switch
        {
            _ when error.Contains("tip", StringComparison.Ordinal) => Child("Path(`/x`)", "tip"),
            _ when error.Contains("TLS", StringComparison.Ordinal) => Child("Path(`/x`)", "top") with { Tls = new() },
            _ when error.Contains("Observability", StringComparison.Ordinal) => Child("Path(`/x`)", "top") with { Observability = new() },
            _ when error.Contains("Entrypoints", StringComparison.Ordinal) => Child("Path(`/x`)", "top") with { EntryPoints = ["web"] },
            _ when error.Contains("reachable", StringComparison.Ordinal) => Child("Path(`/x`)", "bad"),
            _ when error.Contains("none", StringComparison.Ordinal) => Child("Path(`/x`)", "top") with { Service = "none" },
            _ => Child("Path(`/x`)", "top") with { Service = null },
        };
        var report = Report(new() { ["top"] = Top, ["good"] = Child("PathPrefix(`/`)", "top"), ["bad"] = bad });

        var shown = report.Routers["bad@p"];
        Assert.Equal((ElementStatus.Disabled, error), (shown.Status, shown.Errors[0]));
        Assert.Equal(error.Contains("exist; ", StringComparison.Ordinal) ? ["router is not reachable [EG-ROUTER-PARENT]"] : [], shown.Errors.Skip(1));
        Assert.Equal((ElementStatus.Enabled, ElementStatus.Enabled), (report.Routers["top@p"].Status, report.Routers["good@p"].Status));
    }

    [Fact]
    public void A_parent_none_of_whose_children_serves_is_disabled()
    {
        var report = Report(new() { ["top"] = Top, ["bad"] = Child("Path(`x`", "top") });

        Assert.Equal(["no child routers could be added to muxer (1 skipped) [EG-ROUTER-PARENT]"], report.Routers["top@p"].Errors);
        Assert.Equal(ElementStatus.Disabled, report.Routers["top@p"].Status);
    }

    [Fact]
    public void A_circle_is_cut_and_told_where_it_closes()
    {
        var report = Report(new()
        {
            ["top"] = Top, ["a"] = Child("Path(`/a`)", "top", "b") with { Service = null }, ["b"] = Child("Path(`/b`)", "a") with { Service = null },
            ["leaf"] = Child("Path(`/`)", "b"),
        });

        Assert.Equal((ElementStatus.Warning, ["cyclic reference detected in router tree: a@p -> b@p -> a@p [EG-ROUTER-CYCLE]"]), (report.Routers["b@p"].Status, report.Routers["b@p"].Errors));
        Assert.Equal((ElementStatus.Enabled, ElementStatus.Enabled), (report.Routers["a@p"].Status, report.Routers["leaf@p"].Status));
    }

    [Fact]
    public void Too_many_layers_are_refused()
    {
        var routers = new Dictionary<string, HttpRouterConfig> { ["r00"] = Top };
        for (var i = 1; i <= 40; i++)
        {
            routers.Add($"r{i:00}", Child("PathPrefix(`/`)", $"r{i - 1:00}") with { Service = i == 40 ? "s" : null });
        }

        var report = Report(routers);

        Assert.Contains("more than 32 routers stand below each other [EG-ROUTER-CHILD]", report.Routers["r32@p"].Errors);
        Assert.Equal(ElementStatus.Disabled, report.Routers["r00@p"].Status);
        Assert.Equal(ElementStatus.Disabled, report.Routers["r40@p"].Status);
    }

    [Fact]
    public void A_service_beside_children_is_told_and_a_child_without_a_serving_parent_too()
    {
        var report = Report(new()
        {
            ["both"] = Top with { Service = "s" }, ["one"] = Child("Path(`/`)", "both"),
            ["broken"] = Top with { Middlewares = ["none"] }, ["idle"] = Child("Path(`/`)", "broken"),
        });

        Assert.Equal(ElementStatus.Warning, report.Routers["both@p"].Status);
        Assert.StartsWith("router has both a service and is referenced as a parent by other routers", Assert.Single(report.Routers["both@p"].Errors), StringComparison.Ordinal);
        Assert.Equal(ElementStatus.Enabled, report.Routers["one@p"].Status);
        const string Idle = "router idle@p gets no requests: of its parents (broken@p) none serves";
        Assert.Equal((ElementStatus.Warning, [$"{Idle} [EG-ROUTER-PARENT]"]), (report.Routers["idle@p"].Status, report.Routers["idle@p"].Errors));
        Assert.Equal(Idle, Assert.Single(report.Problems).Message);
    }

    [Fact]
    public void A_change_compiles_the_way_to_the_top_and_no_more()
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        var routers = new Dictionary<string, HttpRouterConfig>
        {
            ["top"] = Top, ["left"] = Child("Path(`/left`)", "top"), ["right"] = Child("Path(`/right`)", "top"), ["other"] = Top with { Rule = "Host(`b.test`)", Service = "s" },
        };
        var (first, _) = Compile(stage, routers);
        var (same, _) = Compile(stage, routers);
        Assert.Same(Model(first, "top@p"), Model(same, "top@p"));

        routers["left"] = Child("Path(`/other`)", "top");
        var (changed, _) = Compile(stage, routers);
        Assert.NotSame(Model(first, "top@p"), Model(changed, "top@p"));
        Assert.Same(Model(first, "other@p"), Model(changed, "other@p"));

        // A router becomes a parent although its own configuration is the same object, and stands alone again.
        routers["below"] = Child("Path(`/`)", "other");
        var (_, report) = Compile(stage, routers);
        Assert.Equal(ElementStatus.Warning, report.Routers["other@p"].Status);
        routers.Remove("below");
        (_, report) = Compile(stage, routers);
        Assert.Equal((ElementStatus.Enabled, false), (report.Routers["other@p"].Status, report.Routers.ContainsKey("below@p")));

        routers.Remove("left");
        routers.Remove("right");
        (var alone, report) = Compile(stage, routers);
        Assert.Equal(["the service is missing on the router [EG-ROUTER-SERVICE]"], report.Routers["top@p"].Errors);
        Assert.Equal(["other@p"], alone.EntryPoints["web"].Plain.Routers.Select(static router => router.Name));

        static Proxy.Routing.HttpRouterModel Model(GatewaySnapshot snapshot, string name) => snapshot.EntryPoints["web"].Plain.Routers.Single(router => router.Name == name);
    }

    [Fact]
    public void After_any_changes_everything_is_as_if_it_were_compiled_anew()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            using var stage = new CompilerStage(["web"], ["web"]);
            var routers = new Dictionary<string, HttpRouterConfig>();
            for (var step = 0; step < 8; step++)
            {
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    var name = $"r{random.Next(7)}";
                    if (random.Next(4) == 0)
                    {
                        routers.Remove(name);
                        continue;
                    }

                    // Mostly a tree, with circles, missing parents, broken rules and services in the wrong place.
                    routers[name] = new()
                    {
                        Rule = random.Next(8) == 0 ? "Path(`" : $"Path(`/{random.Next(3)}`)",
                        Service = random.Next(2) == 0 ? null : random.Next(8) == 0 ? "none" : "s",
                        ParentRefs = [.. Enumerable.Range(0, random.Next(3)).Select(_ => $"r{random.Next(8)}")],
                    };
                }

                var (snapshot, report) = Compile(stage, routers);
                using var fresh = new CompilerStage(["web"], ["web"]);
                var (expected, said) = Compile(fresh, routers);
                Assert.Equal(
                    said.Routers.Values.Select(static r => (r.Name, r.Status, Errors: string.Join('|', r.Errors))), report.Routers.Values.Select(static r => (r.Name, r.Status, Errors: string.Join('|', r.Errors))));
                Assert.Equal(Ways(expected), Ways(snapshot));
            }
        }

        // Every router with the way to it.
        static List<string> Ways(GatewaySnapshot snapshot)
        {
            var ways = new List<string>();
            Walk("", snapshot.EntryPoints["web"].Plain);
            return ways;

            void Walk(string way, Proxy.Routing.HttpRouting routing)
            {
                foreach (var router in routing.Routers)
                {
                    ways.Add($"{way}/{router.Name}");
                    if (router.Pipeline.Service is ChildRouters children)
                    {
                        Walk($"{way}/{router.Name}", children.Routing);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Children_see_the_path_that_the_middlewares_in_front_left_and_what_none_takes_is_404()
    {
        await using var one = ScriptedServer.Answering("one");
        await using var two = ScriptedServer.Answering("two");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish(new HttpConfiguration
        {
            Routers = new Dictionary<string, HttpRouterConfig>
            {
                ["top"] = Top with { Middlewares = ["strip", "mark"] },
                ["one"] = Child("Path(`/one`)", "top") with { Service = "one" },
                ["two"] = Child("PathPrefix(`/one`) && Query(`q`, `2`)", "top") with { Service = "two", Priority = 100, Middlewares = ["again"] },
            }.ToConfigMap(),
            Middlewares = new Dictionary<string, MiddlewareConfig>
            {
                ["strip"] = new() { StripPrefix = new() { Prefixes = ["/api"] } },
                ["again"] = new() { AddPrefix = new() { Prefix = "/again" } },
                ["mark"] = new() { Headers = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-Mark"] = "m" }.ToConfigMap() } },
            }.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig>
            {
                ["one"] = new() { LoadBalancer = new() { Servers = [new() { Url = one.Url }] } },
                ["two"] = new() { LoadBalancer = new() { Servers = [new() { Url = two.Url }] } },
            }.ToConfigMap(),
        });

        var answers = new List<string>();
        foreach (var path in (string[])["/api/one", "/api/one?q=2", "/api/else", "/one", "/api/api/one"])
        {
            var answer = await gateway.EntryPoint.ExchangeAsync($"GET {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
            Assert.Contains("X-Mark: m\r\n", answer, StringComparison.OrdinalIgnoreCase);
            answers.Add(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Trim());
        }

        Assert.Equal(["one", "two", "404 page not found", "one", "404 page not found"], answers);
        Assert.Equal(["GET /again/one?q=2"], two.Heads.Select(static head => head[..head.IndexOf(" HTTP", StringComparison.Ordinal)]));
    }

    private static HttpRouterConfig Child(string rule, params string[] parents) => new() { Rule = rule, Service = "s", ParentRefs = [.. parents] };

    private static ConfigurationReport Report(Dictionary<string, HttpRouterConfig> routers)
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        return stage.Report(("p", Configuration(routers)));
    }

    private static (GatewaySnapshot Snapshot, ConfigurationReport Report) Compile(CompilerStage stage, Dictionary<string, HttpRouterConfig> routers)
    {
        var snapshot = stage.Compiler.Compile([new ProviderMessage("p", Configuration(routers), ConfigList<ConfigurationProblem>.Empty)]);
        return (snapshot, snapshot.Report.Value);
    }

    private static DynamicConfiguration Configuration(Dictionary<string, HttpRouterConfig> routers) => new()
    {
        Http = new()
        {
            Routers = routers.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig> { ["s"] = new() { LoadBalancer = new() } }.ToConfigMap(),
        },
    };
}
