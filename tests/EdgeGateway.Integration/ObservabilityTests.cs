using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary><c>observability.accessLogs</c> of routers and entry points.</summary>
public sealed class ObservabilityTests
{
    [Fact]
    public async Task A_router_or_its_entry_point_switches_its_access_log_off_and_a_router_on_again()
    {
        await using var web = await Whoami.StartAsync("web");
        await using var stage = await Stage.StartAsync(
            n => n.Register("w1", "w", web.Port,
                "traefik.http.routers.loud.rule=Host(`loud.test`)", "traefik.http.routers.loud.entrypoints=web",
                "traefik.http.routers.quiet.rule=Host(`quiet.test`)", "traefik.http.routers.quiet.entrypoints=web",
                "traefik.http.routers.quiet.observability.accesslogs=false",
                "traefik.http.routers.hushed.rule=Host(`hushed.test`)", "traefik.http.routers.hushed.entrypoints=websecure",
                "traefik.http.routers.again.rule=Host(`again.test`)", "traefik.http.routers.again.entrypoints=websecure",
                "traefik.http.routers.again.observability.accesslogs=true"),
            more: ["--accesslog=true", "--entrypoints.websecure.observability.accesslogs=false"]);
        await stage.Gateway.ListeningAsync(stage.Web, stage.WebSecure);
        using var hushed = Stage.Client(stage.WebSecure);
        await stage.UntilAsync(async () => (await stage.GetAsync("loud.test", "/ready")).StartsWith("Name", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        await stage.GetAsync("quiet.test", "/1-quiet");
        await Stage.GetAsync(hushed, "http://hushed.test/2-hushed");
        await Stage.GetAsync(hushed, "http://nobody.test/3-nobody");
        await Stage.GetAsync(hushed, "http://again.test/4-again");
        await stage.GetAsync("nobody.test", "/5-nobody");
        await stage.GetAsync("loud.test", "/6-loud");

        // Lines come in the order of the requests: when the last is there, the others would be.
        await stage.Gateway.LoggedAsync("/6-loud");
        var written = stage.Gateway.Log.Split('\n').Where(static l => l.Contains("\"GET ", StringComparison.Ordinal)).Select(static l => l.Split(' ').First(static p => p.StartsWith('/')));
        Assert.Equal(["/4-again", "/5-nobody", "/6-loud"], written.Where(static p => p != "/ready"));

        var shown = (await stage.ApiAsync("/api/http/routers/hushed@nomad")).GetProperty("observability");
        Assert.False(shown.TryGetProperty("accessLogs", out var logs) && logs.GetBoolean());
        Assert.True(shown.GetProperty("metrics").GetBoolean());
    }
}
