using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The API and the dashboard say what the gateway does.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task The_API_lists_what_was_registered_and_names_the_error_of_a_bad_router()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port,
                "traefik.http.routers.good.rule=Host(`a.test`)",
                "traefik.http.routers.bad.rule=Host(`b.test`)", "traefik.http.routers.bad.middlewares=missing"),
            more: ["--ping=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);

        Assert.Equal("edge-gateway", (await stage.ApiAsync("/api/version")).GetProperty("Codename").GetString());
        var routers = (await stage.ApiAsync("/api/overview")).GetProperty("http").GetProperty("routers");
        Assert.Equal(1, routers.GetProperty("errors").GetInt32());
        Assert.Equal(
            ["traefik", "web", "websecure"],
            (await stage.ApiAsync("/api/entrypoints")).EnumerateArray().Select(static e => e.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains("good@nomad", (await stage.ApiAsync("/api/http/routers")).EnumerateArray().Select(static r => r.GetProperty("name").GetString()));
        Assert.Contains("a@nomad", (await stage.ApiAsync("/api/http/services")).EnumerateArray().Select(static r => r.GetProperty("name").GetString()));

        var good = await stage.ApiAsync("/api/http/routers/good@nomad");
        Assert.Equal(("enabled", "Host(`a.test`)"), (good.GetProperty("status").GetString(), good.GetProperty("rule").GetString()));
        var bad = await stage.ApiAsync("/api/http/routers/bad@nomad");
        Assert.Equal("disabled", bad.GetProperty("status").GetString());
        Assert.Contains("missing@nomad", bad.GetProperty("error")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("404", await stage.GetAsync("b.test"));

        var raw = await stage.ApiAsync("/api/rawdata");
        Assert.True(raw.GetProperty("routers").TryGetProperty("good@nomad", out _));
        Assert.Equal(
            $"http://127.0.0.1:{whoami.Port}",
            raw.GetProperty("services").GetProperty("a@nomad").GetProperty("loadBalancer").GetProperty("servers")[0].GetProperty("url").GetString());

        using var admin = Stage.Client(stage.Admin);
        Assert.Equal("OK", await Stage.GetAsync(admin, "http://localhost/ping"));
        Assert.Contains("good@nomad", await Stage.GetAsync(admin, "http://localhost/dashboard/"), StringComparison.Ordinal);
    }
}
