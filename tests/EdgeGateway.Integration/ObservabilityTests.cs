using System.Text.Json.Nodes;
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

    [Fact]
    public async Task The_access_log_keeps_what_its_fields_and_filters_say()
    {
        await using var web = await Whoami.StartAsync("web");
        await using var stage = await Stage.StartAsync(
            n => n.Register("w1", "w", web.Port, "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.entrypoints=web",
                "traefik.http.routers.a.middlewares=a", "traefik.http.middlewares.a.headers.customresponseheaders.X-Added=1",
                "traefik.http.routers.own.rule=Host(`own.test`)", "traefik.http.routers.own.entrypoints=web", "traefik.http.routers.own.service=api@internal",
                "traefik.http.routers.e.rule=Host(`elsewhere.test`)", "traefik.http.routers.e.entrypoints=web", "traefik.http.routers.e.middlewares=e",
                "traefik.http.middlewares.e.redirectscheme.scheme=https"),
            more:
            [
                "--accesslog.format=json", "--accesslog.fields.defaultmode=drop", "--accesslog.fields.names.requestpath=keep", "--accesslog.fields.names.DownstreamStatus=keep",
                "--accesslog.fields.names.RouterNam=keep", "--accesslog.fields.queryparameters.defaultmode=drop",
                "--accesslog.fields.headers.names.x-added=keep", "--accesslog.fields.headers.names.Authorization=redact",
                "--accesslog.filters.statuscodes=200,404-499", "--accesslog.addinternals=true",
            ]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => (await stage.GetAsync("a.test", "/ready?token=secret")).StartsWith("Name", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        using var client = Stage.Client(stage.Web);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/secret?token=secret");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer secret");
        (await client.SendAsync(request, CancellationToken.None)).Dispose();
        Assert.Equal("302", await stage.GetAsync("elsewhere.test", "/moved"));
        await stage.GetAsync("nobody.test", "/none");
        await stage.GetAsync("own.test", "/api/version");
        await stage.Gateway.LoggedAsync("\"RequestPath\":\"/api/version\"");
        var lines = stage.Gateway.Log.Split('\n').Where(static line => line.StartsWith('{')).Select(static line => JsonNode.Parse(line)!.AsObject()).ToList();

        var secret = lines.Single(static line => (string?)line["RequestPath"] == "/secret");
        Assert.Equal(["DownstreamStatus", "RequestPath", "downstream_X-Added", "level", "msg", "request_Authorization", "time"], secret.Select(static m => m.Key).Order(StringComparer.Ordinal));
        Assert.Equal("1", (string?)secret["downstream_X-Added"]);
        Assert.Equal("REDACTED", (string?)secret["request_Authorization"]);
        Assert.Contains(lines, static line => (int?)line["DownstreamStatus"] == 404 && (string?)line["RequestPath"] == "/none");
        Assert.DoesNotContain("secret", string.Concat(stage.Gateway.Log.Split('\n').Where(static line => line.StartsWith('{'))).Replace("/secret", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, static line => (string?)line["RequestPath"] == "/moved");
        Assert.Contains("accessLog.fields.names.RouterNam", stage.Gateway.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task A_body_whose_length_nobody_announced_is_counted(string forwarder)
    {
        await using var web = await Whoami.StartAsync("web");
        web.Handler = static async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            return false;
        };
        await using var stage = await Stage.StartAsync(
            n => n.Register("w1", "w", web.Port, "traefik.http.routers.w.rule=Host(`a.test`)"),
            more: ["--accesslog.format=json", "--metrics.prometheus=true", $"--edge.http1Forwarder={forwarder}"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => (await stage.GetAsync("a.test")).StartsWith("Name", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        using var client = Stage.Client(stage.Web);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a.test/sent") { Content = new ByteArrayContent(new byte[100_003]), Headers = { TransferEncodingChunked = true } };
        using var answer = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        await stage.Gateway.LoggedAsync("\"RequestContentSize\":100003");
        using var admin = Stage.Client(stage.Admin);
        var metrics = await Stage.GetAsync(admin, "http://localhost/metrics");
        Assert.Contains("traefik_service_requests_bytes_total{code=\"200\",method=\"PUT\",protocol=\"http\",service=\"w@nomad\"} 100003", metrics, StringComparison.Ordinal);
    }
}
