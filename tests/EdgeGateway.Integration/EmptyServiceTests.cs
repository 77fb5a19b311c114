using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Services without an instance: the last one went, or the job is scaled to nothing.</summary>
public sealed class EmptyServiceTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Requests_of_a_service_whose_last_instance_went_are_answered_503_and_never_fall_to_another_router()
    {
        await using var api = await Whoami.StartAsync("api");
        await using var site = await Whoami.StartAsync("site");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("api1", "api", api.Port, "traefik.http.routers.api.rule=Host(`a.test`) && PathPrefix(`/api`)");
                n.Register("site1", "site", site.Port, "traefik.http.routers.site.rule=Host(`a.test`)");
            },
            more: ["--edge.lastInstanceGrace=2s"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test", "/api/x") == "api", Soon);

        stage.Nomad.Deregister("api1");
        // All answers until the router goes: the service's own, 503, and only then the other router's.
        var answers = new List<string>();
        await stage.UntilAsync(
            async () =>
            {
                var answer = await NameAsync(stage, "a.test", "/api/x");
                if (answers.Count == 0 || answers[^1] != answer)
                {
                    answers.Add(answer);
                }

                return answer == "site";
            },
            Soon);

        Assert.Equal(["503", "site"], answers.SkipWhile(static a => a == "api"));
        await stage.Gateway.LoggedAsync("EG-NOMAD-GONE");
    }

    [Fact]
    public async Task An_instance_that_comes_back_within_the_grace_time_is_used()
    {
        await using var api = await Whoami.StartAsync("api");
        await using var stage = await Stage.StartAsync(n => n.Register("api1", "api", api.Port, "traefik.http.routers.api.rule=Host(`a.test`)"));
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "api", Soon);

        stage.Nomad.Deregister("api1");
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "503", Soon);
        stage.Nomad.Register("api2", "api", api.Port, "traefik.http.routers.api.rule=Host(`a.test`)");
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "api", Soon);
    }

    [Fact]
    public async Task With_allowEmptyServices_a_group_scaled_to_nothing_answers_503_until_it_is_scaled_up_or_stopped()
    {
        const string rule = "traefik.http.routers.r.rule=Host(`a.test`)";
        // A declared port is no server: 503, not Traefik's 500.
        const string port = "traefik.http.services.s.loadbalancer.server.port=8080";
        await using var api = await Whoami.StartAsync("api");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Declared.Submit("job", "api", 0, tags: [rule, port]);
                n.Declared.Submit("fixed", "fixed", 0, scaling: false, tags: ["traefik.http.routers.f.rule=Host(`f.test`)"]);
                n.Declared.Submit("consul", "consul", 0, provider: "consul", tags: ["traefik.http.routers.c.rule=Host(`c.test`)"]);
            },
            more: ["--providers.nomad.allowEmptyServices=true", "--edge.lastInstanceGrace=0s"]);
        await stage.Gateway.ListeningAsync(stage.Web);

        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "503", Soon);
        Assert.Equal("404", await NameAsync(stage, "f.test"));
        Assert.Equal("404", await NameAsync(stage, "c.test"));

        stage.Nomad.Declared.Submit("job", "api", 1, tags: rule);
        stage.Nomad.Register("api1", "api", api.Port, rule);
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "api", Soon);

        stage.Nomad.Declared.Submit("job", "api", 0, tags: rule);
        stage.Nomad.Deregister("api1");
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "503", Soon);

        stage.Nomad.Declared.Stop("job");
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "404", Soon);
    }

    /// <summary>The name of the server that answered, or the status.</summary>
    private static async Task<string> NameAsync(Stage stage, string host, string path = "/")
    {
        var body = await stage.GetAsync(host, path);
        return body.StartsWith("Name: ", StringComparison.Ordinal) ? body["Name: ".Length..body.IndexOf('\n', StringComparison.Ordinal)] : body;
    }
}
