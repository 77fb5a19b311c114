using System.Collections.Concurrent;
using System.Net;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Which servers get requests, as Nomad lists them.</summary>
public sealed class ServerChoiceTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Instances_that_are_listed_long_before_they_listen_cost_no_attempt()
    {
        EmbeddedJob? job = null;
        await using var stage = await Stage.StartAsync(n => job = new EmbeddedJob(n, "a", [Rule]));
        await using var own = job!;
        await own.ScaleAsync(1);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => (await stage.GetAsync("a.test")).StartsWith("Name: a-", StringComparison.Ordinal), Soon);
        var before = await RetriesAsync(stage);
        own.Times = own.Times with { Listen = TimeSpan.FromMilliseconds(1500) };
        using var client = Stage.Client(stage.Web);
        var names = new ConcurrentDictionary<string, int>();

        var scaling = own.ScaleAsync(5);
        while (!scaling.IsCompleted)
        {
            await AskAsync();
        }

        await scaling;
        await stage.UntilAsync(
            async () =>
            {
                await AskAsync();
                return names.Count == 5;
            },
            Soon);
        Assert.Equal(before, await RetriesAsync(stage));

        async Task AskAsync()
        {
            var answer = await Stage.GetAsync(client, "http://a.test/");
            Assert.StartsWith("Name: a-", answer, StringComparison.Ordinal);
            names.AddOrUpdate(answer[..answer.IndexOf('\n', StringComparison.Ordinal)], 1, static (_, count) => count + 1);
        }
    }

    [Fact]
    public async Task A_service_at_the_gateways_own_port_is_told_and_gets_no_request()
    {
        await using var stage = await Stage.StartAsync(static _ => { });
        await stage.Gateway.ListeningAsync(stage.Web);

        stage.Nomad.Register("l1", "loop", stage.WebSecure, "traefik.http.routers.l.rule=Host(`l.test`)");

        await stage.UntilAsync(async () => await stage.GetAsync("l.test") == "503", Soon);
        await stage.Gateway.LoggedAsync("EG-SERVER");
        var service = await stage.ApiAsync("/api/http/services/loop@nomad");
        Assert.Equal("warning", service.GetProperty("status").GetString());
        Assert.Contains("\"websecure\"", service.GetProperty("error")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_names_an_unknown_transport_disables_its_router_with_Traefiks_error()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, Rule, "traefik.http.services.a.loadbalancer.serverstransport=none"));
        await stage.Gateway.ListeningAsync(stage.Web);

        Assert.Equal("404", await stage.GetAsync("a.test"));
        var router = await stage.ApiAsync("/api/http/routers/a@nomad");
        Assert.Equal("disabled", router.GetProperty("status").GetString());
        Assert.StartsWith("servers transport not found none@nomad", router.GetProperty("error")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dashboard_of_api_insecure_is_reached_through_two_listed_middlewares()
    {
        await using var stage = await Stage.StartAsync(static _ => { });
        await stage.Gateway.ListeningAsync(stage.Admin);
        using var client = Stage.Client(stage.Admin);

        using var root = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://localhost/"), CancellationToken.None);
        Assert.Equal((HttpStatusCode.MovedPermanently, "http://localhost/dashboard/"), (root.StatusCode, root.Headers.Location?.OriginalString));
        Assert.Contains("<html", await Stage.GetAsync(client, "http://localhost/dashboard/"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<html", await Stage.GetAsync(client, "http://localhost/dashboard"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("404", await Stage.GetAsync(client, "http://localhost/x"));
        Assert.Equal(
            ["dashboard_redirect@internal", "dashboard_stripprefix@internal"],
            (await stage.ApiAsync("/api/http/middlewares")).EnumerateArray().Select(static m => m.GetProperty("name").GetString()));
        Assert.Equal(2, (await stage.ApiAsync("/api/overview")).GetProperty("http").GetProperty("middlewares").GetProperty("total").GetInt32());
    }

    private static async Task<long> RetriesAsync(Stage stage) => (await stage.ApiAsync("/api/edge")).GetProperty("retries").GetInt64();
}
