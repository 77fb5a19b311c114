using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;
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

    [Fact]
    public async Task A_router_of_the_user_serves_the_API_under_a_base_path_without_the_insecure_one()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register(
            "a1", "a", whoami.Port, "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.admin.rule=Host(`admin.test`)",
            "traefik.http.routers.admin.service=api@internal");
        var web = Ports.Free();
        await using var gateway = GatewayProcess.Start(
            ["--api=true", "--api.basepath=/gw", "--api.debug=true", $"--entrypoints.web.address=:{web}", "--providers.nomad=true", $"--providers.nomad.endpoint.address={nomad.Url}"]);
        await gateway.ListeningAsync(web);
        using var client = Stage.Client(web);

        Assert.Contains("\"name\":\"admin@nomad\"", await Stage.GetAsync(client, "http://admin.test/gw/api/http/routers"), StringComparison.Ordinal);
        Assert.Contains("usedBy\":[\"admin@nomad\"]", await Stage.GetAsync(client, "http://admin.test/gw/api/http/services/api@internal"), StringComparison.Ordinal);
        Assert.Contains("memstats", await Stage.GetAsync(client, "http://admin.test/gw/debug/vars"), StringComparison.Ordinal);
        Assert.Contains("admin@nomad", await Stage.GetAsync(client, "http://admin.test/gw/dashboard/"), StringComparison.Ordinal);
        Assert.Equal("302", await Stage.GetAsync(client, "http://admin.test/gw"));
        Assert.Equal("404", await Stage.GetAsync(client, "http://admin.test/api/rawdata"));
        Assert.StartsWith("Name: a\n", await Stage.GetAsync(client, "http://a.test/gw/api/rawdata"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_count_what_was_asked_for()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, "traefik.http.routers.a.rule=Host(`a.test`)"),
            more: ["--metrics.prometheus=true", "--metrics.prometheus.addrouterslabels=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
        }

        Assert.Equal("404", await stage.GetAsync("none.test"));
        using var admin = Stage.Client(stage.Admin);
        var metrics = "";
        await stage.UntilAsync(
            async () => (metrics = await Stage.GetAsync(admin, "http://localhost/metrics")).Contains("code=\"404\"", StringComparison.Ordinal), TimeSpan.FromSeconds(10));

        Assert.Contains("traefik_entrypoint_requests_total{code=\"200\",entrypoint=\"web\",method=\"GET\",protocol=\"http\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_service_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",service=\"a@nomad\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_router_request_duration_seconds_bucket{code=\"200\",method=\"GET\",protocol=\"http\",router=\"a@nomad\",service=\"a@nomad\",le=\"+Inf\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_open_connections{entrypoint=\"traefik\",protocol=\"TCP\"} ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("entrypoint=\"traefik\",method", metrics, StringComparison.Ordinal);
        Assert.Equal("Prometheus", (await stage.ApiAsync("/api/overview")).GetProperty("features").GetProperty("metrics").GetString());
    }

    [Fact]
    public async Task Metrics_tell_TLS_retries_headers_and_internal_requests_apart()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "a", whoami.Port, "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.tls=true", "traefik.http.routers.a.entrypoints=websecure",
                    "traefik.http.routers.plain.rule=Host(`a.test`)", "traefik.http.routers.plain.entrypoints=web");
                n.Register("r1", "r", Ports.Free(), "traefik.http.routers.r.rule=Host(`r.test`)", "traefik.http.middlewares.r.retry.attempts=3",
                    "traefik.http.middlewares.r.retry.initialinterval=1ms", "traefik.http.routers.r.middlewares=r", "traefik.http.routers.r.entrypoints=web");
            },
            more: ["--metrics.prometheus=true", "--metrics.addinternals=true", "--metrics.prometheus.headerlabels.tenant=X-Tenant"]);
        await stage.Gateway.ListeningAsync(stage.Web, stage.WebSecure);
        using var tls = Stage.Client(stage.WebSecure);
        Assert.StartsWith("Name: a\n", await Stage.GetAsync(tls, "https://a.test/"), StringComparison.Ordinal);
        using var plain = Stage.Client(stage.Web);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/") { Headers = { { "X-Tenant", "a\"b" } } };
        (await plain.SendAsync(request, CancellationToken.None)).Dispose();
        Assert.Equal("502", await stage.GetAsync("r.test"));
        using var admin = Stage.Client(stage.Admin);
        await Stage.GetAsync(admin, "http://localhost/metrics");
        var metrics = "";
        await stage.UntilAsync(
            async () => (metrics = await Stage.GetAsync(admin, "http://localhost/metrics")).Contains("code=\"502\"", StringComparison.Ordinal), TimeSpan.FromSeconds(10));

        Assert.Matches("traefik_entrypoint_requests_tls_total{entrypoint=\"websecure\",tls_cipher=\"TLS_[A-Z0-9_]+\",tls_version=\"1.3\"} 1\n", metrics);
        Assert.Matches("traefik_service_requests_tls_total{service=\"a@nomad\",tls_cipher=", metrics);
        Assert.Contains("traefik_service_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",service=\"a@nomad\",tenant=\"a\\\"b\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_service_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",service=\"a@nomad\",tenant=\"\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_service_retries_total{service=\"r@nomad\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Matches("traefik_entrypoint_requests_total{code=\"200\",entrypoint=\"traefik\",", metrics);
        Assert.Matches("process_resident_memory_bytes [0-9]", metrics);
        Assert.Matches("process_open_fds [0-9]", metrics);
    }
}
