using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Composite;

/// <summary>Failover from the compiler to real servers.</summary>
public sealed class FailoverServiceTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("failover.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_status_leads_to_the_fallback_as_in_traefik(ConformanceCase @case)
    {
        await using var main = Answering(@case["mainStatus"].GetInt32(), "main response");
        await using var fallback = Answering(200, "fallback response");
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: @case.List("config", "errors", "status"));

        var (status, body) = await gateway.GetAsync("f");

        Assert.Equal(@case["expect", "status"].GetInt32().ToString(), status);
        Assert.Equal(@case.Text("expect", "body"), body);
        Assert.Equal(@case.Text("expect", "servedBy") == "fallback" ? 1 : 0, fallback.Heads.Count);
    }

    [Fact]
    public async Task A_body_goes_to_both_whole_or_chunked()
    {
        await using var main = Answering(503, "no");
        await using var fallback = Echo();
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: ["503"]);
        var large = new string('x', 300_000);

        Assert.EndsWith("\r\n\r\npayload", await PostAsync(gateway, "Content-Length: 7\r\n", "payload"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n", await PostAsync(gateway, "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + large, await PostAsync(gateway, $"Content-Length: {large.Length}\r\n", large), StringComparison.Ordinal);
        Assert.Equal(3, main.Heads.Count);
    }

    [Fact]
    public async Task A_main_service_that_answers_before_it_read_the_body_costs_none_of_it()
    {
        await using var main = ScriptedServer.Start(static async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await using var fallback = Echo();
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: ["503"]);
        var large = new string('y', 2_000_000);

        Assert.EndsWith("\r\n\r\n" + large, await PostAsync(gateway, $"Content-Length: {large.Length}\r\n", large), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 6\r\n", "123456")]
    [InlineData("Transfer-Encoding: chunked\r\n", "3\r\n123\r\n3\r\n456\r\n0\r\n\r\n")]
    public async Task A_body_above_the_limit_is_refused_before_the_main_service_sees_it(string headers, string body)
    {
        await using var main = Answering(200, "main");
        await using var fallback = Answering(200, "fallback");
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: ["503"], limit: 5);

        var answer = await PostAsync(gateway, headers, body);

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("Request Entity Too Large\n", answer, StringComparison.Ordinal);
        Assert.Empty(main.Heads);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n", "12345")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\n12345\r\n0\r\n\r\n")] // which the server echoes with its framing
    public async Task A_body_of_exactly_the_limit_is_not(string headers, string body)
    {
        await using var main = Answering(503, "main");
        await using var fallback = Echo();
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: ["503"], limit: 5);

        Assert.EndsWith("\r\n\r\n" + body, await PostAsync(gateway, headers, body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_the_gateway_makes_for_the_main_service_count_too()
    {
        await using var fallback = Answering(200, "fallback");
        await using var gateway = await StartAsync($"http://127.0.0.1:{ScriptedServer.ClosedPort()}", fallback.Url, errors: ["500-599"]);

        Assert.Equal(("200", "fallback"), await gateway.GetAsync("f"));
    }

    [Fact]
    public async Task A_failover_within_a_failover_gives_what_both_agree_on()
    {
        await using var one = Answering(500, "one");
        await using var two = Answering(502, "two");
        await using var three = Answering(200, "three");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish(new HttpConfiguration
        {
            Routers = Map("f", new HttpRouterConfig { Rule = "Host(`f.test`)", Service = "f" }),
            Services = new Dictionary<string, HttpServiceConfig>
            {
                ["one"] = Leaf(one.Url), ["two"] = Leaf(two.Url), ["three"] = Leaf(three.Url),
                ["in"] = new() { Failover = new() { Service = "one", Fallback = "two", Errors = new() { Status = ["500"] } } },
                ["f"] = new() { Failover = new() { Service = "in", Fallback = "three", Errors = new() { Status = ["502"] } } },
            }.ToConfigMap(),
        });

        Assert.Equal(("200", "three"), await gateway.GetAsync("f"));
        Assert.Equal((1, 1, 1), (one.Heads.Count, two.Heads.Count, three.Heads.Count));
    }

    [Fact]
    public async Task Middlewares_of_the_main_service_leave_nothing_in_the_fallbacks_answer()
    {
        await using var main = Answering(503, new string('m', 4000));
        await using var fallback = Answering(200, "fallback");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish(new HttpConfiguration
        {
            Routers = Map("f", new HttpRouterConfig { Rule = "Host(`f.test`)", Service = "f" }),
            Middlewares = new Dictionary<string, MiddlewareConfig>
            {
                ["zip"] = new() { Compress = new() },
                ["mark"] = new() { Headers = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-Main"] = "1" }.ToConfigMap() } },
                ["prefix"] = new() { AddPrefix = new() { Prefix = "/main" } },
            }.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig>
            {
                ["main"] = Leaf(main.Url) with { Middlewares = ["mark", "zip", "prefix"] }, ["fallback"] = Leaf(fallback.Url),
                ["f"] = new() { Failover = new() { Service = "main", Fallback = "fallback", Errors = new() { Status = ["503"] } } },
            }.ToConfigMap(),
        });

        var answer = await gateway.EntryPoint.ExchangeAsync("GET /x HTTP/1.1\r\nHost: f.test\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nfallback", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Main", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Vary", answer, StringComparison.Ordinal);
        Assert.StartsWith("GET /main/x ", main.Heads.Single(), StringComparison.Ordinal);
        Assert.StartsWith("GET /x ", fallback.Heads.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_of_the_service_that_did_not_answer_are_forgotten()
    {
        await using var main = Answering(503, "main");
        await using var fallback = Answering(200, "fallback");
        await using var gateway = await StartAsync(main.Url, fallback.Url, errors: ["503"], sticky: true);

        var answer = await gateway.EntryPoint.ExchangeAsync("GET / HTTP/1.1\r\nHost: f.test\r\nConnection: close\r\n\r\n");

        Assert.Contains("\r\nSet-Cookie: fallback=", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("main=", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fallback_serves_while_the_main_service_is_down_and_both_down_is_503()
    {
        await using var main = Answering(200, "main");
        await using var fallback = Answering(200, "fallback");
        await using var gateway = await StartAsync(main.Url, fallback.Url, check: true);
        Assert.Equal(("200", "main"), await gateway.GetAsync("f"));

        gateway.States.GetOrCreate("main@test").Servers[0].IsUp = false;
        Assert.Equal(("200", "fallback"), await gateway.GetAsync("f"));

        gateway.States.GetOrCreate("fallback@test").Servers[0].IsUp = false;
        Assert.Equal(("503", "Service Unavailable\n"), await gateway.GetAsync("f"));

        gateway.States.GetOrCreate("main@test").Servers[0].IsUp = true;
        Assert.Equal(("200", "main"), await gateway.GetAsync("f"));
    }

    [Theory]
    [InlineData("503", 503, true)]
    [InlineData("500-504", 504, true)]
    [InlineData("500-504", 505, false)]
    [InlineData(" 500 - 504 ", 502, true)]
    public void Statuses_are_codes_and_ranges(string text, int status, bool contained)
    {
        Assert.True(StatusRanges.TryParse([text], out var ranges, out _));
        Assert.Equal(contained, ranges.Contains(status));
    }

    [Theory]
    [InlineData("5xx")]
    [InlineData("504-500")]
    [InlineData("-500")]
    [InlineData("")]
    [InlineData("99")]
    public void Other_texts_are_an_error_that_names_them(string text)
    {
        Assert.False(StatusRanges.TryParse(["500", text], out _, out var error));
        Assert.StartsWith($"\"{text}\" is neither", error, StringComparison.Ordinal);
    }

    private static async Task<CompiledGateway> StartAsync(
        string main, string fallback, string[]? errors = null, long limit = -1, bool check = false, bool sticky = false)
    {
        var gateway = await CompiledGateway.StartAsync();
        var snapshot = gateway.Publish(new HttpConfiguration
        {
            Routers = Map("f", new HttpRouterConfig { Rule = "Host(`f.test`)", Service = "f" }),
            Services = new Dictionary<string, HttpServiceConfig>
            {
                ["main"] = Leaf(main, check, sticky ? "main" : null),
                ["fallback"] = Leaf(fallback, check, sticky ? "fallback" : null),
                ["f"] = new()
                {
                    Failover = new()
                    {
                        Service = "main", Fallback = "fallback", HealthCheck = check ? new() : null,
                        Errors = errors is null ? null : new() { Status = [.. errors], MaxRequestBodyBytes = limit },
                    },
                },
            }.ToConfigMap(),
        });
        Assert.Empty(snapshot.Report.Value.Routers["f@test"].Errors);
        return gateway;
    }

    private static HttpServiceConfig Leaf(string url, bool check = false, string? cookie = null) => new()
    {
        LoadBalancer = new()
        {
            Servers = [new() { Url = url }], HealthCheck = check ? new() { Path = "/" } : null,
            Sticky = cookie is null ? null : new() { Cookie = new() { Name = cookie } },
        },
    };

    private static ConfigMap<T> Map<T>(string name, T value)
        where T : class => new Dictionary<string, T> { [name] = value }.ToConfigMap();

    private static Task<string> PostAsync(CompiledGateway gateway, string headers, string body) =>
        gateway.EntryPoint.ExchangeAsync($"POST / HTTP/1.1\r\nHost: f.test\r\nConnection: close\r\n{headers}\r\n{body}");

    private static ScriptedServer Answering(int status, string body) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            await connection.ReadBodyAsync(head);
            await connection.SendAsync($"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    });

    private static ScriptedServer Echo() => ScriptedServer.Start(static async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            var body = await connection.ReadBodyAsync(head);
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    });
}
