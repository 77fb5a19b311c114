using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Api;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Api;

public sealed class ApiServiceTests
{
    private static readonly RouterReport[] Routers =
    [
        Router("b@nomad", ElementStatus.Enabled, new() { Rule = "Host(`b.test`)", Service = "two", Priority = 14, EntryPoints = ["web"], Middlewares = ["m@nomad"] }),
        Router("a@nomad", ElementStatus.Disabled, new() { Rule = "Host(", Service = "one", Priority = 5, EntryPoints = ["web", "zip"] }),
        Router("c/d@file", ElementStatus.Warning, new() { Rule = "Path(`/C`)", Service = "one", Priority = 9, EntryPoints = [] }),
    ];

    private static readonly ServiceReport[] Services =
    [
        new("one@nomad", "nomad", new() { LoadBalancer = new() { Servers = [new() { Url = "http://h:1" }, new() { Url = "http://h:2" }] } }, "loadbalancer", ElementStatus.Enabled, [])
            { UsedBy = ["a@nomad"] },
        new("mir@file", "file", new() { Mirroring = new() { Service = "one" } }, "mirroring", ElementStatus.Disabled, ["no"]),
        new("noop@internal", "internal", new(), null, ElementStatus.Enabled, []),
    ];

    private static readonly MiddlewareReport[] Middlewares =
    [
        new("m@nomad", "nomad", new() { StripPrefix = new() { Prefixes = ["/x"] } }, ElementStatus.Enabled, []) { UsedBy = ["b@nomad"] },
        new("auth@file", "file", new() { BasicAuth = new() { Users = ["u:hash"] } }, ElementStatus.Disabled, ["no"]),
    ];

    [Theory]
    [InlineData("/api/http/routers", "a@nomad b@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?per_page=2", "a@nomad b@nomad", "2")]
    [InlineData("/api/http/routers?per_page=2&page=2", "c/d@file", "1")]
    [InlineData("/api/http/routers?sortBy=priority", "a@nomad c/d@file b@nomad", "1")]
    [InlineData("/api/http/routers?sortBy=priority&direction=desc", "b@nomad c/d@file a@nomad", "1")]
    [InlineData("/api/http/routers?sortBy=provider", "c/d@file a@nomad b@nomad", "1")]
    [InlineData("/api/http/routers?sortBy=provider&direction=desc", "b@nomad a@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?sortBy=status", "a@nomad b@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?sortBy=rule", "a@nomad b@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?sortBy=service", "a@nomad c/d@file b@nomad", "1")]
    [InlineData("/api/http/routers?sortBy=entryPoints", "c/d@file b@nomad a@nomad", "1")]
    [InlineData("/api/http/routers?sortBy=foo", "a@nomad b@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?search=B.TE", "b@nomad", "1")]
    [InlineData("/api/http/routers?search=%2Fc", "c/d@file", "1")]
    [InlineData("/api/http/routers?search=nothing", "", "1")]
    [InlineData("/api/http/routers?status=Disabled", "a@nomad", "1")]
    [InlineData("/api/http/routers?serviceName=one%40nomad", "a@nomad", "1")]
    [InlineData("/api/http/routers?serviceName=one", "a@nomad c/d@file", "1")]
    [InlineData("/api/http/routers?middlewareName=m@nomad", "b@nomad", "1")]
    [InlineData("/api/http/services", "mir@file noop@internal one@nomad", "1")]
    [InlineData("/api/http/services?sortBy=type", "noop@internal one@nomad mir@file", "1")]
    [InlineData("/api/http/services?sortBy=servers&direction=desc", "one@nomad noop@internal mir@file", "1")]
    [InlineData("/api/http/services?sortBy=status", "mir@file noop@internal one@nomad", "1")]
    [InlineData("/api/http/services?sortBy=provider", "mir@file noop@internal one@nomad", "1")]
    [InlineData("/api/http/middlewares?sortBy=type", "auth@file m@nomad", "1")]
    [InlineData("/api/http/middlewares?sortBy=type&direction=desc", "m@nomad auth@file", "1")]
    [InlineData("/api/http/middlewares?sortBy=status", "auth@file m@nomad", "1")]
    [InlineData("/api/entrypoints?per_page=1", "traefik", "2")]
    [InlineData("/api/entrypoints?per_page=1&page=2", "web", "1")]
    public async Task Lists_are_filtered_sorted_and_paged(string target, string names, string next)
    {
        var request = await AskAsync(target);

        Assert.Equal((200, next), (request.Status, request.Response.Headers["X-Next-Page"].ToString()));
        using var json = JsonDocument.Parse(request.Body);
        Assert.Equal(names, string.Join(' ', json.RootElement.EnumerateArray().Select(static item => item.GetProperty("name").GetString())));
        Assert.EndsWith("]\n", request.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/http/routers?page=9", "invalid request: page: 9, per_page: 100")]
    [InlineData("/api/http/routers?page=0", "invalid request: page: 0")]
    [InlineData("/api/http/routers?page=-3", "invalid request: page: -3")]
    [InlineData("/api/http/routers?page=x", "invalid request: page: 0")]
    [InlineData("/api/http/routers?per_page=0", "invalid request: per_page: 0")]
    [InlineData("/api/http/routers?per_page=0&page=0", "invalid request: per_page: 0")]
    [InlineData("/api/entrypoints?page=9223372036854775807&per_page=9223372036854775807", "invalid request: page: 9223372036854775807, per_page: 9223372036854775807")]
    [InlineData("/api/certificates?page=2", "invalid request: page: 2, per_page: 100")]
    public async Task Wrong_pages_are_refused_with_their_number(string target, string message)
    {
        var request = await AskAsync(target);

        Assert.Equal(400, request.Status);
        Assert.Equal($$"""{"message":"{{message}}"}""" + "\n", request.Body);
        Assert.Equal(("text/plain; charset=utf-8", "nosniff"), (request.Response.Headers.ContentType.ToString(), request.Response.Headers.XContentTypeOptions.ToString()));
    }

    [Theory]
    [InlineData("/api/http/routers/a@nomad", "a@nomad")]
    [InlineData("/api/http/routers/a%40nomad", "a@nomad")]
    [InlineData("/api/http/routers/c%2Fd@file", "c/d@file")]
    [InlineData("/api/http/services/mir@file", "mir@file")]
    [InlineData("/api/http/middlewares/auth@file?x=y", "auth@file")]
    [InlineData("/api/entrypoints/web", "web")]
    public async Task One_element_is_found_by_its_escaped_name(string target, string name)
    {
        var request = await AskAsync(target);

        Assert.Equal((200, "application/json"), (request.Status, request.Response.Headers.ContentType.ToString()));
        using var json = JsonDocument.Parse(request.Body);
        Assert.Equal(name, json.RootElement.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("/api/http/routers/a", """{"message":"router not found: a"}""")]
    [InlineData("/api/http/services/x%22@y", """{"message":"service not found: x\"@y"}""")]
    [InlineData("/api/http/middlewares/none@nomad", """{"message":"middleware not found: none@nomad"}""")]
    [InlineData("/api/entrypoints/zip", """{"message":"entry point not found: zip"}""")]
    [InlineData("/api/certificates/00", """{"message":"certificate not found: 00"}""")]
    [InlineData("/api/http/routers/c/d@file", "404 page not found")]
    [InlineData("/api/http/routers/", "404 page not found")]
    [InlineData("/api/rawdata/", "404 page not found")]
    [InlineData("/api/", "404 page not found")]
    [InlineData("/api", "404 page not found")]
    [InlineData("/apix/rawdata", "404 page not found")]
    [InlineData("/debug/vars", "404 page not found")]
    public async Task What_is_not_there_is_404(string target, string body)
    {
        var request = await AskAsync(target);

        Assert.Equal((404, body + "\n"), (request.Status, request.Body));
    }

    [Theory]
    [InlineData("POST", "/api/rawdata", 405)]
    [InlineData("HEAD", "/api/http/routers", 405)]
    [InlineData("OPTIONS", "/api/http/routers/a@nomad", 405)]
    [InlineData("DELETE", "/dashboard/", 405)]
    [InlineData("POST", "/api/nope", 404)]
    public async Task Only_GET_is_answered(string method, string target, int status)
    {
        var request = await AskAsync(target, method: method);

        Assert.Equal(status, request.Status);
        Assert.Equal(status == 405 ? "" : "404 page not found\n", request.Body);
    }

    [Theory]
    [InlineData("/gw/api/version", 200)]
    [InlineData("/api/version", 404)]
    [InlineData("/gw/dashboard/", 200)]
    [InlineData("/gw/", 302)]
    [InlineData("/gw", 302)]
    public async Task The_base_path_is_in_front_of_everything(string target, int status)
    {
        var request = await AskAsync(target, options => options with { BasePath = "/gw/" });

        Assert.Equal(status, request.Status);
        Assert.Equal(status == 302 ? "/gw/dashboard/" : "", request.Response.Headers.Location.ToString());
    }

    [Fact]
    public async Task The_version_carries_what_the_dashboard_needs()
    {
        var request = await AskAsync("/api/version", options => options with { DisableDashboardAd = true, DashboardName = "edge <1>" });

        Assert.Equal("application/json; charset=UTF-8", request.Response.Headers.ContentType.ToString());
        Assert.Contains("""
            "disableDashboardAd":true,"dashboardName":"edge \u003c1\u003e"}
            """.Trim(), request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_overview_counts_by_status()
    {
        var request = await AskAsync("/api/overview");

        Assert.StartsWith(
            """{"http":{"routers":{"total":3,"warnings":1,"errors":1},"services":{"total":3,"warnings":0,"errors":1},"middlewares":{"total":2,"warnings":0,"errors":1}},"tcp":""",
            request.Body, StringComparison.Ordinal);
        Assert.EndsWith(
            """{"certificates":{"total":1,"warnings":1,"errors":0},"features":{"tracing":"","metrics":"","accessLog":false},"providers":["File","Nomad"]}"""[1..] + "\n",
            request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_show_their_servers_when_a_router_uses_them()
    {
        var used = await AskAsync("/api/http/services/one@nomad");
        Assert.Contains("""
            "serverStatus":{"http://h:1":"UP","http://h:2":"UP"}
            """.Trim(), used.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("serverStatus", (await AskAsync("/api/http/services/noop@internal")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_data_has_every_element_by_name_and_nothing_else()
    {
        using var json = JsonDocument.Parse((await AskAsync("/api/rawdata")).Body);

        Assert.Equal(["routers", "middlewares", "services"], json.RootElement.EnumerateObject().Select(static member => member.Name));
        var router = json.RootElement.GetProperty("routers").GetProperty("b@nomad");
        Assert.Equal(
            ["entryPoints", "middlewares", "service", "rule", "priority", "status"], router.EnumerateObject().Select(static member => member.Name));
    }

    [Fact]
    public async Task A_certificate_is_shown_with_its_fingerprints()
    {
        var options = Options();
        var leaf = options.Certificates()[0];
        var name = leaf.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

        using var json = JsonDocument.Parse((await AskAsync("/api/certificates", _ => options)).Body);

        var shown = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal((name, "n.test", "v3", "ECDSA", 256, "ECDSA-SHA256", "warning"), (
            shown.GetProperty("name").GetString(), shown.GetProperty("commonName").GetString(), shown.GetProperty("version").GetString(),
            shown.GetProperty("keyType").GetString(), shown.GetProperty("keySize").GetInt32(), shown.GetProperty("signatureAlgorithm").GetString(),
            shown.GetProperty("status").GetString()));
        Assert.Equal(["n.test", "m.test"], shown.GetProperty("sans").EnumerateArray().Select(static n => n.GetString()));
        Assert.Equal(200, (await AskAsync("/api/certificates/" + name, _ => options)).Status);
    }

    [Fact]
    public async Task The_support_dump_hides_secrets()
    {
        var request = await AskAsync("/api/support-dump", options => options with
        {
            WriteStatic = static writer => StaticConfiguration.Type.Write(writer, new()
            {
                Providers = new() { Nomad = new() { Endpoint = new() { Token = "s3cret", Address = "http://nomad:4646" } } },
            }),
        });

        Assert.Equal(("application/gzip", "attachment; filename=support-dump.tar.gz"), (
            request.Response.Headers.ContentType.ToString(), request.Response.Headers.ContentDisposition.ToString()));
        var files = new Dictionary<string, string>();
        await using var tar = new TarReader(new GZipStream(new MemoryStream(request.Bytes), CompressionMode.Decompress));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream!);
            files[entry.Name] = await reader.ReadToEndAsync();
        }

        Assert.Equal(["runtime-config.json", "static-config.json", "version.json"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("http://nomad:4646", files["static-config.json"], StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", files["static-config.json"], StringComparison.Ordinal);
        Assert.Contains("a@nomad", files["runtime-config.json"], StringComparison.Ordinal);
        Assert.DoesNotContain("u:hash", files["runtime-config.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Debug_variables_are_there_when_asked_for()
    {
        using var json = JsonDocument.Parse((await AskAsync("/debug/vars", options => options with { Debug = true })).Body);

        Assert.True(json.RootElement.GetProperty("memstats").GetProperty("TotalAlloc").GetInt64() > 0);
    }

    [Fact]
    public async Task Ten_thousand_routers_go_out_in_pieces()
    {
        var routers = Enumerable.Range(0, 10_000).Select(i =>
            Router($"r{i:00000}@nomad", ElementStatus.Enabled, new() { Rule = $"Host(`r{i}.test`)", Service = "s", EntryPoints = ["web"], Priority = 16 }));
        var report = new ConfigurationReport { Routers = routers.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap() };

        var request = await AskAsync("/api/rawdata", report: report);

        // A length is only known, and a whole answer only held, when it is small.
        Assert.Null(request.Response.Headers.ContentLength);
        Assert.True(request.LargestWrite < 100_000, $"{request.LargestWrite} bytes at once");
        using var json = JsonDocument.Parse(request.Body);
        Assert.Equal(10_000, json.RootElement.GetProperty("routers").EnumerateObject().Count());
        Assert.True((await AskAsync("/dashboard/", report: report)).Body.Length < 500_000);
    }

    private static RouterReport Router(string name, ElementStatus status, HttpRouterConfig config)
    {
        var provider = name[(name.IndexOf('@', StringComparison.Ordinal) + 1)..];
        return new(name, provider, config, status, [], [], $"{config.Service}@{provider}");
    }

    private static ApiOptions Options()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=n.test, O=Test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("n.test");
        names.AddDnsName("m.test");
        request.CertificateExtensions.Add(names.Build());
        var leaf = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(20));
        return new()
        {
            Version = "1.0",
            Started = now,
            Time = new FixedTime(now),
            EntryPoints = [KeyValuePair.Create("traefik", new EntryPointConfig { Address = ":8080" }), KeyValuePair.Create("web", new EntryPointConfig { Address = ":80" })],
            Providers = ["File", "Nomad"],
            Certificates = () => [leaf],
        };
    }

    private static async Task<ApiRequest> AskAsync(
        string target, Func<ApiOptions, ApiOptions>? with = null, string method = "GET", ConfigurationReport? report = null)
    {
        report ??= new()
        {
            Routers = Routers.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap(),
            Services = Services.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap(),
            Middlewares = Middlewares.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap(),
        };
        var snapshots = new SnapshotHolder();
        snapshots.Publish(new() { Report = new(report) });
        var options = Options();
        var request = new ApiRequest(target, method);
        await new ApiService(with is null ? options : with(options), snapshots).HandleAsync(request.Start());
        return request;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
