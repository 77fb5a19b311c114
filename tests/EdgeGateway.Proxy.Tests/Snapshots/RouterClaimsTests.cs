using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

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

    private ConfigList<ConfigurationProblem> Problems(params string[][] labels) =>
        _compiler.Compile(TestCompiler.Message("nomad", [.. labels.SelectMany(static l => l)])).Report.Value.Problems;

    private static string[] Router(string name, string rule) =>
    [
        $"traefik.http.routers.{name}.rule={rule}", $"traefik.http.routers.{name}.service=s", "traefik.http.services.s.loadbalancer.server.url=http://127.0.0.1:1",
    ];
}
