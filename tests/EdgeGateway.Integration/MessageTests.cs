using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>What is wrong is said with its address: in the log once, in the API in full.</summary>
public sealed class MessageTests
{
    private const string Alloc = "5a9b2c1d-0000-4000-8000-000000000001";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_routes_of_a_gRPC_application_in_v2_spelling_are_told_in_v3_with_job_allocation_tag_and_caret()
    {
        await using var web = await Whoami.StartAsync("argocd");
        await using var stage = await Stage.StartAsync(n => n.Register(new Registration($"_nomad-task-{Alloc}-group-argocd-argocd-http", "argocd", "argocd", "127.0.0.1", web.Port,
        [
            "traefik.http.routers.web.rule=Host(`argocd.example.com`)", "traefik.http.routers.web.priority=10", "traefik.http.routers.web.service=web",
            "traefik.http.routers.grpc.rule=Host(`argocd.example.com`) && Headers(`Content-Type`, `application/grpc`)", "traefik.http.routers.grpc.priority=11",
            "traefik.http.routers.grpc.service=grpc", $"traefik.http.services.web.loadbalancer.server.port={web.Port}",
            $"traefik.http.services.grpc.loadbalancer.server.port={web.Port}", "traefik.http.services.grpc.loadbalancer.server.scheme=h2c",
        ])));
        await stage.Gateway.ListeningAsync(stage.Web);

        // The faulty one costs only itself.
        await stage.UntilAsync(async () => (await stage.GetAsync("argocd.example.com")).StartsWith("Name: argocd", StringComparison.Ordinal), Soon);

        const string address = "provider nomad, namespace default, job argocd, service argocd, allocation 5a9b2c1d, tag traefik.http.routers.grpc.rule";
        var error = Assert.Single((await stage.ApiAsync("/api/http/routers/grpc@nomad")).GetProperty("error").EnumerateArray()).GetString()!;
        Assert.Contains("in v3 write Header(`Content-Type`, `application/grpc`)", error, StringComparison.Ordinal);
        Assert.Contains("HeaderRegexp(`Content-Type`, `^application/grpc`)", error, StringComparison.Ordinal);
        Assert.Contains($"[EG-RULE-MATCHER] ({address})", error, StringComparison.Ordinal);
        var lines = error.Split('\n');
        Assert.Equal("Headers(", lines[^2][lines[^1].IndexOf('^', StringComparison.Ordinal)..][..8]);

        // Said once, also when something else changes.
        await stage.Gateway.LoggedAsync("EG-RULE-MATCHER");
        stage.Nomad.Register("u", "u", 1, "traefik.http.routers.u.rule=Host(`u.test`)");
        await stage.UntilAsync(async () => await stage.GetAsync("u.test") != "404", Soon);
        Assert.Equal(1, stage.Gateway.Log.Split("EG-RULE-MATCHER").Length - 1);
    }

    [Fact]
    public async Task Two_jobs_that_claim_one_host_are_both_named()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register(
            new Registration("s1", "shop", "shop", "127.0.0.1", a.Port, ["traefik.http.routers.shop.rule=Host(`a.test`)"]),
            new Registration("b1", "blog", "blog", "127.0.0.1", a.Port, ["traefik.http.routers.blog.rule=Host(`a.test`)"])));

        await stage.Gateway.LoggedAsync("is claimed by router blog@nomad of job blog and router shop@nomad of job shop");
    }

    [Theory]
    [InlineData("--providers.nomad.defaultRule=Host(`{{ .Name`)", "EG-NOMAD-TEMPLATE", "1:")]
    [InlineData("--providers.nomad.constraints=Tag(`a`", "EG-NOMAD-CONSTRAINTS", "1:")]
    public async Task A_provider_whose_options_are_wrong_is_left_out_with_the_place_and_the_gateway_runs(string flag, string code, string place)
    {
        await using var stage = await Stage.StartAsync(n => n.Register("a", "a", 1), more: [flag]);
        await stage.Gateway.LoggedAsync(code);

        await stage.Gateway.ListeningAsync(stage.Web, stage.Admin);
        Assert.Equal("404", await stage.GetAsync("a"));
        var line = stage.Gateway.Log.Split('\n').First(l => l.Contains(code, StringComparison.Ordinal));
        Assert.Contains("the provider nomad is left out", line, StringComparison.Ordinal);
        Assert.Contains(place, line, StringComparison.Ordinal);
    }
}
