using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Headers;

public sealed class HeadersFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("headers.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Headers_are_edited_as_in_the_corpus(ConformanceCase test)
    {
        var config = ConformanceConfig.Decode(HeadersConfig.Type, test["config"]);
        if (test.Flag("expect", "configError"))
        {
            Assert.StartsWith("error occurred during origin parsing: ", MiddlewareFactoryTests.ErrorOf(new() { Headers = config }), StringComparison.Ordinal);
            return;
        }

        if (config == new HeadersConfig())
        {
            // The corpus drives an inner part here; the whole middleware refuses to be nothing.
            Assert.Equal("headers configuration not valid", MiddlewareFactoryTests.ErrorOf(new() { Headers = config }));
            return;
        }

        var request = new TestRequest(
            test.Has("request", "path") ? test.Text("request", "path") : test.Text("request", "url"),
            test.Has("request", "host") ? test.Text("request", "host") : "example.org",
            test.Text("request", "method"))
        {
            Connection = TestRequest.Peer("127.0.0.1", 1, test.Flag("request", "tls")),
        };
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        request.Service.Answer = context =>
        {
            if (test.Suite == "customResponseHeaders")
            {
                context.Http.Response.Headers["Foo"] = "bar";
            }

            foreach (var (name, values) in test.Headers("backendResponseHeaders"))
            {
                context.Http.Response.Headers[name] = values;
            }
        };
        await request.RunAsync(Build(config));

        foreach (var (name, values) in test.Headers("expect", "backendRequestHeaders"))
        {
            Assert.Equal(values.FirstOrDefault(), request.Service.Headers.GetValueOrDefault(name));
        }

        if (test.Has("expect", "backendHost"))
        {
            Assert.Equal((test.Text("expect", "backendHost"), "example.org"), (request.Service.Host, request.Context.OriginalHost));
        }

        if (test.Has("expect", "status"))
        {
            Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
            var answersItself = request.Status != 200 || test["expect", "backendCalled"].ValueKind == JsonValueKind.False;
            Assert.Equal(answersItself ? 0 : 1, request.Service.Calls);
        }

        if (test.Has("expect", "body"))
        {
            Assert.Equal(test.Text("expect", "body"), request.Body);
        }

        if (test.Has("expect", "responseHeaders"))
        {
            Assert.Equal(
                test.Headers("expect", "responseHeaders").Select(static header => $"{header.Name}: {header.Values[0]}").Order(),
                request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}").Order());
        }
    }

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, "max-age=9; includeSubDomains; preload")]
    [InlineData(false, "on", "max-age=9; includeSubDomains; preload")]
    [InlineData(false, "off", null)]
    public async Task Strict_transport_security_and_pins_belong_to_https_which_a_proxy_in_front_may_tell(bool tls, string? header, string? expected)
    {
        var request = new TestRequest { Connection = TestRequest.Peer("127.0.0.1", 1, tls) };
        if (header is not null)
        {
            request.Request.Headers["X-Https"] = header;
        }

        await request.RunAsync(Build(new()
        {
            StsSeconds = 9, StsIncludeSubdomains = true, StsPreload = true, PublicKey = "pin", SslProxyHeaders = Of("X-Https", "on"),
        }));

        Assert.Equal(expected, Header(request, "Strict-Transport-Security"));
        Assert.Equal(expected is null ? null : "pin", Header(request, "Public-Key-Pins"));
    }

    [Fact]
    public async Task Development_switches_hosts_transport_security_and_pins_off()
    {
        var request = await new TestRequest { Connection = TestRequest.Peer("127.0.0.1", 1, tls: true) }.RunAsync(Build(new()
        {
            IsDevelopment = true, StsSeconds = 9, ForceSTSHeader = true, PublicKey = "pin", AllowedHosts = ["other"], FrameDeny = true,
        }));

        Assert.Equal(1, request.Service.Calls);
        Assert.Equal(["X-Frame-Options: DENY"], request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}"));
    }

    [Theory]
    [InlineData("a.test", null, 200)]
    [InlineData("A.TEST", null, 200)]
    [InlineData("a.test:80", null, 500)]
    [InlineData("other", "a.test", 200)]
    [InlineData("a.test", "other", 500)]
    public async Task The_host_that_counts_is_the_first_one_that_a_proxy_tells(string host, string? told, int status)
    {
        var request = new TestRequest(host: host);
        if (told is not null)
        {
            request.Request.Headers["X-Host"] = told;
        }

        await request.RunAsync(Build(new()
        {
            AllowedHosts = ["a.test"], HostsProxyHeaders = ["X-None", "X-Host"], FrameDeny = true, CustomResponseHeaders = Of("X-Out", "1"),
        }));

        // As in Traefik: the answer to a bad host gets the custom headers and not the security headers.
        Assert.Equal((status, "1", status == 200 ? "DENY" : null), (request.Status, Header(request, "X-Out"), Header(request, "X-Frame-Options")));
    }

    [Fact]
    public async Task Every_answer_gets_a_nonce_of_its_own()
    {
        var filter = Build(new() { ContentSecurityPolicy = "script-src $NONCE", ContentSecurityPolicyReportOnly = "style-src $NONCE" });

        var one = await new TestRequest().RunAsync(filter);
        var other = await new TestRequest().RunAsync(filter);

        var policy = Header(one, "Content-Security-Policy")!;
        Assert.Matches("^script-src 'nonce-[A-Za-z0-9+/]{22}'$", policy);
        Assert.Equal(policy.Replace("script", "style", StringComparison.Ordinal), Header(one, "Content-Security-Policy-Report-Only"));
        Assert.NotEqual(policy, Header(other, "Content-Security-Policy"));
    }

    [Fact]
    public async Task With_credentials_a_star_names_what_the_browser_asked_for()
    {
        var request = new TestRequest(method: "OPTIONS");
        request.Request.Headers.Origin = "https://o.test";
        request.Request.Headers.AccessControlRequestMethod = "PATCH";
        request.Request.Headers.AccessControlRequestHeaders = "x-a,x-b";

        await request.RunAsync(Build(new()
        {
            AccessControlAllowCredentials = true, AccessControlAllowMethods = ["*"], AccessControlAllowHeaders = ["*"], AccessControlExposeHeaders = ["*"],
            AccessControlAllowOriginList = ["*"], AccessControlMaxAge = 0,
        }));

        Assert.Equal(
            [
                "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Headers: x-a,x-b", "Access-Control-Allow-Methods: PATCH",
                "Access-Control-Allow-Origin: https://o.test", "Access-Control-Max-Age: 0", "Content-Length: 0",
            ],
            request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}").Order());
    }

    [Fact]
    public async Task Own_headers_win_over_security_headers_and_cors_over_both()
    {
        var request = new TestRequest();
        request.Request.Headers.Origin = "https://o.test";

        await request.RunAsync(Build(new()
        {
            FrameDeny = true, AccessControlAllowOriginList = ["https://o.test"],
            CustomResponseHeaders = new Dictionary<string, string> { ["X-Frame-Options"] = "", ["Access-Control-Allow-Origin"] = "x" }.ToConfigMap(),
        }));

        Assert.Equal((null, "https://o.test"), (Header(request, "X-Frame-Options"), Header(request, "Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("X-Forwarded-For", null)]
    [InlineData("x-forwarded-for", "127.0.0.1")]
    public async Task An_empty_forwarded_for_in_its_own_spelling_keeps_the_gateway_from_making_one(string name, string? expected)
    {
        var request = new TestRequest();
        request.Request.Headers["X-Forwarded-For"] = "1.1.1.1";

        await request.RunAsync(Build(new() { CustomRequestHeaders = Of(name, "") }));

        Assert.Equal(expected, request.Service.Headers.GetValueOrDefault("X-Forwarded-For"));
    }

    [Fact]
    public async Task Hop_by_hop_headers_cannot_be_added()
    {
        var request = await new TestRequest().RunAsync(Build(new() { CustomRequestHeaders = Of("Keep-Alive", "1") }));

        Assert.DoesNotContain("Keep-Alive", request.Service.Headers.Keys);
    }

    [Fact]
    public async Task Names_that_are_no_tokens_are_left_out_and_line_breaks_become_blanks()
    {
        var request = await new TestRequest().RunAsync(
            Build(new() { CustomResponseHeaders = new Dictionary<string, string> { ["a b"] = "1", ["X"] = "1\r\n2" }.ToConfigMap() }));

        Assert.Equal(["X: 1  2"], request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}"));
    }

    internal static HeadersFilter Build(HeadersConfig config) =>
        HeadersFilter.TryCreate("m@test", config, out var filter, out var error) ? filter : throw new InvalidOperationException(error);

    private static string? Header(TestRequest request, string name) =>
        request.Response.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private static ConfigMap<string> Of(string name, string value) => new Dictionary<string, string> { [name] = value }.ToConfigMap();
}
