using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary><c>providers.nomad.namespaces</c>, through the executable.</summary>
public sealed class NamespaceTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_namespace_of_a_list_is_a_provider_and_one_without_rights_costs_only_itself()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Declared.AddNamespace("team-a");
                n.Declared.AddNamespace("team-b");
                n.Declared.Close("team-b");
                n.Register(Web("a1", "web", a.Port, "team-a", "a.test"), Web("b1", "web", a.Port, "team-b", "b.test"), Web("d1", "web", a.Port, "default", "d.test"));
            },
            more: ["--providers.nomad.namespaces=team-a,team-b"]);
        await stage.Gateway.ListeningAsync(stage.Web);

        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "a", Soon);
        Assert.Equal("404", await NameAsync(stage, "b.test"));
        Assert.Equal("404", await NameAsync(stage, "d.test"));
        Assert.Equal("nomad-team-a", (await stage.ApiAsync("/api/http/routers/web@nomad-team-a")).GetProperty("provider").GetString());

        await stage.Gateway.LoggedAsync("EG-NOMAD-403");
        Assert.Equal(1, stage.Gateway.Log.Split("EG-NOMAD-403").Length - 1);
        Assert.Contains("namespace team-b", stage.Gateway.Log, StringComparison.Ordinal);

        stage.Nomad.Declared.Open("team-b");
        await stage.UntilAsync(async () => await NameAsync(stage, "b.test") == "a", Soon + Soon);
    }

    [Fact]
    public async Task A_star_finds_the_namespaces_and_follows_those_that_come_and_go()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n => n.Register(Web("d1", "web", a.Port, "default", "d.test")),
            more: ["--providers.nomad.namespaces=*", "--edge.lastInstanceGrace=0s"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await NameAsync(stage, "d.test") == "a", Soon);
        Assert.NotNull((await stage.ApiAsync("/api/http/routers/web@nomad-default")).GetProperty("name").GetString());

        // Same router name in another namespace: another provider, no conflict.
        stage.Nomad.Declared.AddNamespace("team-b");
        stage.Nomad.Register(Web("b1", "web", a.Port, "team-b", "b.test"));
        await stage.UntilAsync(async () => await NameAsync(stage, "b.test") == "a", Soon);
        Assert.Equal("a", await NameAsync(stage, "d.test"));

        // The stream of the new namespace is live too.
        stage.Nomad.Register(Web("b2", "more", a.Port, "team-b", "b2.test", "more"));
        await stage.UntilAsync(async () => await NameAsync(stage, "b2.test") == "a", Soon);

        stage.Nomad.Deregister("b1", "b2");
        await stage.UntilAsync(async () => await NameAsync(stage, "b.test") == "404", Soon);
        stage.Nomad.Declared.RemoveNamespace("team-b");
        await stage.Gateway.LoggedAsync("namespace team-b is gone");
        Assert.Equal("a", await NameAsync(stage, "d.test"));
    }

    [Fact]
    public async Task A_namespace_that_only_became_invisible_keeps_its_routes()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Declared.AddNamespace("team-a");
                n.Register(Web("a1", "web", a.Port, "team-a", "a.test"));
            },
            more: ["--providers.nomad.namespaces=*"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await NameAsync(stage, "a.test") == "a", Soon);

        stage.Nomad.Declared.Close("team-a");
        stage.Nomad.Declared.RemoveNamespace("team-a");
        await stage.Gateway.LoggedAsync("EG-NOMAD-403");

        Assert.Equal("a", await NameAsync(stage, "a.test"));
    }

    private static Registration Web(string id, string service, int port, string space, string host, string router = "web") =>
        new(id, service, $"job-{space}", "127.0.0.1", port, [$"traefik.http.routers.{router}.rule=Host(`{host}`)"]) { Namespace = space };

    /// <summary>The name of the server that answered, or the status.</summary>
    private static async Task<string> NameAsync(Stage stage, string host, string path = "/")
    {
        var body = await stage.GetAsync(host, path);
        return body.StartsWith("Name: ", StringComparison.Ordinal) ? body["Name: ".Length..body.IndexOf('\n', StringComparison.Ordinal)] : body;
    }
}
