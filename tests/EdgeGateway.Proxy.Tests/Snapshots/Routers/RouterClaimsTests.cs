using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Routers;

public sealed class RouterClaimsTests : IDisposable
{
    private readonly TestCompiler _compiler = new();

    [Fact]
    public void A_rule_of_two_jobs_is_a_warning_that_names_both_and_who_gets_the_requests()
    {
        var problem = Assert.Single(Problems(Router("b", "Host(`a`)"), Router("a", "Host(`a`)")));

        Assert.Equal(("EG-ROUTER-CLAIM", ProblemSeverity.Warning), (problem.Code, problem.Severity));
        Assert.Equal(
            "rule Host(`a`) is claimed by router a@nomad of job job-of-a and router b@nomad of job job-of-b with equal priority; a@nomad gets the requests, "
            + "its name comes first. Give one of them another host, path or priority",
            problem.Message);
        Assert.Equal("provider nomad, job job-of-a, tag traefik.http.routers.a.rule; provider nomad, job job-of-b, tag traefik.http.routers.b.rule", problem.Location.Text);
        Assert.Single(_compiler.Log);
    }

    [Theory]
    [InlineData("Host(`a`)", "Host(`b`)", "")]
    [InlineData("Host(`a`)", "Host(`a`) && PathPrefix(`/x`)", "")]
    [InlineData("Host(`a`)", "Host(`a`)", "priority=7")]
    [InlineData("Host(`a`)", "Host(`a`)", "tls=true")]
    public void What_differs_in_rule_priority_or_TLS_is_no_claim(string first, string second, string option)
    {
        string[] more = option.Length == 0 ? [] : [$"traefik.http.routers.b.{option}"];
        Assert.Empty(Problems(Router("a", first), [.. Router("b", second), .. more]));
    }

    [Fact]
    public void Routers_of_one_job_and_routers_on_different_entry_points_are_no_claim()
    {
        Assert.Empty(Problems([.. Router("a", "Host(`a`)"), "traefik.http.routers.a.entrypoints=web"], [.. Router("b", "Host(`a`)"), "traefik.http.routers.b.entrypoints=websecure"]));

        var message = TestCompiler.Message("nomad", [.. Router("a", "Host(`a`)"), .. Router("b", "Host(`a`)")]);
        Assert.Empty(_compiler.Compile(message with { OriginOf = static (_, _, _) => new("one", "x") }).Report.Value.Problems);
    }

    [Fact]
    public void The_router_that_gets_no_request_says_so_in_the_API_until_it_does()
    {
        string[] a = Router("a", "Host(`a`)");
        string[] b = Router("b", "Host(`a`)");
        var routers = Compile([.. a, .. b]).Routers;
        Assert.Equal((ElementStatus.Enabled, ElementStatus.Warning), (routers["a@nomad"].Status, routers["b@nomad"].Status));
        Assert.StartsWith("rule Host(`a`) is claimed by router a@nomad of job job-of-a", Assert.Single(routers["b@nomad"].Errors), StringComparison.Ordinal);
        Assert.EndsWith("[EG-ROUTER-CLAIM]", routers["b@nomad"].Errors[0], StringComparison.Ordinal);

        Assert.Equal(ElementStatus.Enabled, Compile(b).Routers["b@nomad"].Status);
    }

    [Fact]
    public void A_TCP_rule_of_two_jobs_is_a_warning_too()
    {
        ConfigurationReport Tcp(params string[] names)
        {
            var message = TestCompiler.Message("nomad");
            var tcp = new TcpConfiguration
            {
                Routers = names.Select(static name => KeyValuePair.Create(name, new TcpRouterConfig { Rule = "HostSNI(`a`)", Service = "s", Tls = new() })).ToConfigMap(),
                Services = new[] { KeyValuePair.Create("s", new TcpServiceConfig { LoadBalancer = new() { Servers = [new() { Address = "127.0.0.1:1" }] } }) }.ToConfigMap(),
            };
            return _compiler.Compile(message with { Configuration = message.Configuration with { Tcp = tcp } }).Report.Value;
        }

        var report = Tcp("b", "a");
        Assert.Equal(
            "TCP rule HostSNI(`a`) is claimed by router a@nomad of job job-of-a and router b@nomad of job job-of-b with equal priority; a@nomad gets the requests, "
            + "its name comes first. Give one of them another host, path or priority",
            Assert.Single(report.Problems, static p => p.Code == "EG-ROUTER-CLAIM").Message);
        Assert.Equal((ElementStatus.Enabled, ElementStatus.Warning), (report.TcpRouters["a@nomad"].Status, report.TcpRouters["b@nomad"].Status));
        Assert.DoesNotContain(Tcp("a").Problems, static p => p.Code == "EG-ROUTER-CLAIM");
    }

    [Fact]
    public void References_of_TCP_and_UDP_routers_to_nothing_have_a_hint()
    {
        var report = Compile(
        [
            "traefik.tcp.routers.t.rule=HostSNI(`*`)", "traefik.tcp.routers.t.service=databse", "traefik.tcp.routers.t.middlewares=alow", "traefik.tcp.services.database.loadbalancer.server.port=1",
            "traefik.tcp.middlewares.allow.inflightconn.amount=1", "traefik.udp.routers.u.service=dsn", "traefik.udp.services.dns.loadbalancer.server.port=1",
        ]);

        Assert.Contains(report.TcpRouters["t@nomad"].Errors, static e => e.StartsWith("the service \"databse@nomad\" does not exist; did you mean \"database@nomad\"?", StringComparison.Ordinal));
        Assert.Contains(report.TcpRouters["t@nomad"].Errors, static e => e.StartsWith("middleware \"alow@nomad\" does not exist; did you mean \"allow@nomad\"?", StringComparison.Ordinal));
        Assert.Contains(report.UdpRouters["u@nomad"].Errors, static e => e.StartsWith("the UDP service \"dsn@nomad\" does not exist; did you mean \"dns@nomad\"?", StringComparison.Ordinal));
    }

    [Fact]
    public void A_claim_goes_when_one_of_the_routers_goes_and_comes_back_with_it()
    {
        string[] a = Router("a", "Host(`a`)");
        string[] b = Router("b", "Host(`a`)");
        Assert.Single(Problems(a, b));
        Assert.Empty(Problems(a));
        Assert.Single(Problems(a, b));
        Assert.Empty(Problems(a, Router("b", "Host(`b`)")));
    }

    [Fact]
    public void Ten_thousand_claims_are_twenty_lines_and_a_count_and_one_more_router_changes_nothing_of_them()
    {
        string[][] labels = [.. Enumerable.Range(0, 10_000).Select(static i => Router($"r{i}", $"Host(`h{i % 5000}`)"))];

        var problems = Problems(labels);

        Assert.Equal(21, problems.Count);
        Assert.Equal("4980 more rules are claimed by several jobs", problems[20].Message);
        Assert.Equal(problems, Problems([.. labels, Router("new", "Host(`new`)")]));
        Assert.Equal(21, _compiler.Log.Count);
    }

    public void Dispose() => _compiler.Dispose();

    private ConfigurationReport Compile(string[] labels) => _compiler.Compile(TestCompiler.Message("nomad", labels)).Report.Value;

    private ConfigList<ConfigurationProblem> Problems(params string[][] labels) =>
        _compiler.Compile(TestCompiler.Message("nomad", [.. labels.SelectMany(static l => l)])).Report.Value.Problems;

    private static string[] Router(string name, string rule) =>
    [
        $"traefik.http.routers.{name}.rule={rule}", $"traefik.http.routers.{name}.service=s", "traefik.http.services.s.loadbalancer.server.url=http://127.0.0.1:1",
    ];
}
