using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Snapshots;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

public sealed class EntryPointModelTests
{
    private static readonly HttpRouterConfig Router = new() { Rule = "Host(`a`)", EntryPoints = ["web"] };

    [Fact]
    public void An_entry_point_without_defaults_has_no_model() => Assert.Null(EntryPointModel.Of("web", new()));

    [Fact]
    public void Observability_is_filled_field_by_field()
    {
        var model = EntryPointModel.Of("web", new() { Observability = new() { AccessLogs = false, Metrics = false, TraceVerbosity = "detailed" } })!;

        var made = Apply(model, Router with { Observability = new() { Metrics = true } });

        Assert.Equal(new() { AccessLogs = false, Metrics = true, Tracing = true, TraceVerbosity = "detailed" }, made.Observability);
        Assert.Equal(new() { AccessLogs = false, Metrics = false, Tracing = true, TraceVerbosity = "detailed" }, Apply(model, Router).Observability);
    }

    [Fact]
    public void The_default_rule_syntax_is_for_routers_that_name_none_and_have_a_rule_of_their_own()
    {
        var model = EntryPointModel.Of("web", new EntryPointConfig(), "v2")!;

        Assert.Equal("v2", Apply(model, Router).RuleSyntax);
        Assert.Equal("v3", Apply(model, Router with { RuleSyntax = "v3" }).RuleSyntax);
        Assert.Null(Apply(model, Router with { DefaultRule = true }).RuleSyntax);
    }

    [Fact]
    public void A_rule_of_v2_serves_where_v2_is_the_default()
    {
        using var compiler = new TestCompiler(new Dictionary<string, EntryPointModel> { ["web"] = EntryPointModel.Of("web", new EntryPointConfig(), "v2")! });

        var report = compiler.Compile(TestCompiler.Message(
            "nomad", "traefik.http.routers.r.rule=Host(`a`) && Headers(`Content-Type`, `application/grpc`)", "traefik.http.routers.r.entrypoints=web",
            "traefik.http.routers.r.service=s", "traefik.http.services.s.loadbalancer.server.url=http://127.0.0.1:1")).Report.Value.Routers["r@nomad"];

        Assert.Equal(ElementStatus.Enabled, report.Status);
    }

    private static HttpRouterConfig Apply(EntryPointModel model, HttpRouterConfig router) => Assert.Single(
        EntryPointModel.Apply("r", router, router.EntryPoints, new Dictionary<string, EntryPointModel> { ["web"] = model })).Config;
}
