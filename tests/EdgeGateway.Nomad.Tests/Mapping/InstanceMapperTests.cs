using System.Diagnostics;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Nomad.Mapping;
using Xunit;
using Xunit.Abstractions;

namespace EdgeGateway.Nomad.Tests.Mapping;

public sealed class InstanceMapperTests(ITestOutputHelper output)
{
    [Fact]
    public void Of_two_versions_the_one_first_seen_last_wins_with_a_warning_and_all_servers_stay()
    {
        var mapper = new InstanceMapper(new());

        // Version 1 is restarted (30) after version 2 came (20): it was still seen first before it.
        var mapping = mapper.Map(
        [
            Instance("1", "web", 10, "traefik.http.routers.r.rule=Host(`old`)"),
            Instance("2", "web", 20, "traefik.http.routers.r.rule=Host(`new`)"),
            Instance("3", "web", 30, "traefik.http.routers.r.rule=Host(`old`)"),
        ]);

        Assert.Equal("Host(`new`)", mapping.Configuration.Http.Routers["r"].Rule);
        Assert.Equal(3, mapping.Configuration.Http.Services["web"].LoadBalancer!.Servers.Count);
        var problem = Assert.Single(mapping.Problems);
        Assert.Equal(("EG-NOMAD-CONFLICT", ProblemSeverity.Warning), (problem.Code, problem.Severity));
    }

    [Fact]
    public void Disabling_one_instance_takes_out_that_one()
    {
        var mapping = new InstanceMapper(new()).Map([Instance("1", "web", 1), Instance("2", "web", 2, "traefik.enable=false")]);

        Assert.Equal("http://10.0.0.1:8001", Assert.Single(mapping.Configuration.Http.Services["web"].LoadBalancer!.Servers).Url);
        Assert.Empty(mapping.Problems);
    }

    [Fact]
    public void Without_a_grace_time_the_last_instance_takes_its_router_with_it()
    {
        var mapper = new InstanceMapper(new() { LastInstanceGrace = TimeSpan.Zero });
        Assert.NotEmpty(mapper.Map([Instance("1", "web", 1)]).Configuration.Http.Routers);

        Assert.Equal(DynamicConfiguration.Empty, mapper.Map([]).Configuration);
    }

    [Fact]
    public void Services_of_the_gateways_own_job_get_no_default_router_but_declared_ones()
    {
        var mapper = new InstanceMapper(new() { OwnJobId = "job" });

        var plain = mapper.Map([Instance("1", "gateway", 1)]).Configuration;
        var declared = mapper.Map([Instance("1", "gateway", 1, "traefik.http.routers.r.rule=Host(`a`)")]).Configuration;

        Assert.Equal(DynamicConfiguration.Empty, plain);
        Assert.Equal(["r"], declared.Http.Routers.Keys);
    }

    [Fact]
    public void A_typo_is_one_problem_however_many_instances_have_it_and_makes_no_default_router()
    {
        var mapping = new InstanceMapper(new()).Map(
            Enumerable.Range(1, 5).Select(static i => Instance($"{i}", "web", (ulong)i, "traefik.http.routers.r.rulee=Host(`a`)", "traefik.http.middlewares.m.addprefix.prefix=/x")));

        Assert.Empty(mapping.Configuration.Http.Routers);
        Assert.Equal(["m"], mapping.Configuration.Http.Middlewares.Keys);
        Assert.Equal(5, mapping.Configuration.Http.Services["web"].LoadBalancer!.Servers.Count);
        var problem = Assert.Single(mapping.Problems);
        Assert.Equal("provider nomad, namespace default, job job, service web, allocation alloc-1 and 4 more, tag traefik.http.routers.r.rulee", problem.Location.Text);
        Assert.Equal("unknown option http.routers.r.rulee; did you mean 'rule'?", problem.Message);
    }

    [Fact]
    public void A_router_does_not_slip_to_another_service_when_its_own_is_broken()
    {
        var mapping = new InstanceMapper(new()).Map([Instance("1", "web", 1,
            "traefik.http.routers.r.rule=Host(`a`)", "traefik.http.services.s.loadbalancer.nope=1")]);

        Assert.Equal("s", mapping.Configuration.Http.Routers["r"].Service);
        Assert.Empty(mapping.Configuration.Http.Services);
    }

    [Fact]
    public void An_unchanged_instance_keeps_its_elements_as_objects()
    {
        var mapper = new InstanceMapper(new());
        var stay = Instance("1", "stay", 1);
        var first = mapper.Map([stay, Instance("2", "go", 2)]).Configuration;

        var second = mapper.Map([stay, Instance("2", "go", 3, "traefik.http.routers.go.rule=Host(`x`)")]).Configuration;

        Assert.Equal(1, mapper.LastDecoded);
        Assert.Same(first.Http.Routers["stay"], second.Http.Routers["stay"]);
        Assert.Same(first.Http.Services["stay"], second.Http.Services["stay"]);
        // Registered anew with equal content: equal elements keep their objects too.
        Assert.Same(first.Http.Services["go"], second.Http.Services["go"]);
        Assert.Same(first.Http.Services, second.Http.Services);
        Assert.NotSame(first.Http.Routers["go"], second.Http.Routers["go"]);
    }

    [Fact]
    public void A_registration_that_is_renewed_without_a_change_gives_the_same_configuration_object()
    {
        var mapper = new InstanceMapper(new());
        var first = mapper.Map([Instance("1", "web", 1), Instance("2", "web", 2)]).Configuration;

        Assert.Same(first, mapper.Map([Instance("1", "web", 1), Instance("2", "web", 2)]).Configuration);
    }

    [Theory]
    [InlineData("{{ nope }}", "")]
    [InlineData("{{ .Name", "")]
    [InlineData(InstanceMapperOptions.StandardDefaultRule, "Tag(")]
    public void A_bad_template_or_constraint_is_an_error_at_the_start(string defaultRule, string constraints)
    {
        var fault = Assert.Throws<ConfigurationException>(() => new InstanceMapper(new() { DefaultRule = defaultRule, Constraints = constraints }));

        Assert.StartsWith("providers.nomad.", fault.Problem.Location.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ regexReplaceAll \"[^a-z]+\" .Name \"-\" }}", "web-x")]
    [InlineData("{{ if regexMatch \"^w\" .Name }}{{ regexReplaceAllLiteral \"b\" .Name \"$1\" }}{{ end }}", "we$1_x")]
    [InlineData("{{ regexFind \"[a-z]+\" .Name }}", "web")]
    [InlineData("{{ regexFind \"[0-9]+\" .Name }}none", "none")]
    [InlineData("{{ join \"+\" (regexFindAll \"[a-z]\" .Name 2) }}", "w+e")]
    [InlineData("{{ join \"+\" (regexSplit \"_\" .Name -1) }}", "web+x")]
    [InlineData("{{ first (regexSplit \"_\" .Name 1) }}", "web_x")]
    public void The_default_rule_has_regular_expressions(string template, string rule)
    {
        var mapping = new InstanceMapper(new() { DefaultRule = template }).Map([Instance("1", "web_x", 1)]);

        Assert.Equal(rule, mapping.Configuration.Http.Routers["web-x"].Rule);
    }

    [Fact]
    public void A_hundred_changes_among_a_thousand_services_are_cheap()
    {
        var mapper = new InstanceMapper(new());
        var instances = Enumerable.Range(0, 1000).Select(static i => Instance($"{i}", $"service-{i}", (ulong)i + 1,
            $"traefik.http.routers.r{i}.rule=Host(`s{i}.example.com`)", $"traefik.http.routers.r{i}.middlewares=m{i}",
            $"traefik.http.middlewares.m{i}.headers.customrequestheaders.X-Id={i}")).ToList();
        var start = Stopwatch.GetTimestamp();
        mapper.Map(instances);
        var all = Stopwatch.GetElapsedTime(start);

        var slowest = TimeSpan.Zero;
        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            instances[i * 7] = instances[i * 7] with { Port = 9000 + i, ModifyIndex = 5000 + (ulong)i };
            var one = Stopwatch.GetTimestamp();
            mapper.Map(instances);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(one).Ticks));
            Assert.Equal(1, mapper.LastDecoded);
        }

        var changes = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"first map of 1,000: {all.TotalMilliseconds:F1} ms; 100 changes: {changes.TotalMilliseconds:F1} ms, slowest {slowest.TotalMilliseconds:F2} ms");
    }

    private static NomadInstance Instance(string id, string service, ulong index, params string[] tags) =>
        new(id, service, "default", "n1", "dc1", "job", $"alloc-{id}", $"10.0.0.{id}", 8000 + int.Parse(id), tags.ToConfigList(), index, index);
}
