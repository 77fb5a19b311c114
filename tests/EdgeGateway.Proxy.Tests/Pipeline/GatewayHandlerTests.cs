using System.Collections.Frozen;
using System.Text.Json;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Middlewares.StripPrefix;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

public sealed class GatewayHandlerTests
{
    private readonly SnapshotHolder _snapshots = new();
    private readonly RecordingService _service = new();
    private readonly List<GatewayContext> _completed = [];

    public static TheoryData<ConformanceCase> UnderscoreCases => ConformanceCase.All("entryPointRequest.json", "underscoreHeaders");

    [Fact]
    public async Task Without_a_router_the_answer_is_404_in_plain_text()
    {
        var request = await new TestRequest().HandleAsync(Handler());

        Assert.Equal((404, "404 page not found\n", "text/plain; charset=utf-8", "nosniff"),
            (request.Status, request.Body, request.Response.Headers.ContentType.ToString(), request.Response.Headers.XContentTypeOptions.ToString()));
        Assert.Single(_completed);
    }

    [Fact]
    public async Task A_request_goes_to_the_service_of_its_router_with_what_the_gateway_knows()
    {
        Publish(Router("a@test", TestRule.Host("a.test")));
        var request = new TestRequest("/x/../y?q;r", "A.Test:8443");
        request.Request.Headers.Connection = "keep-alive, X-Drop";
        request.Request.Headers["X-Drop"] = "1";

        await request.HandleAsync(Handler());

        Assert.Equal(("/y?q&r", "A.Test:8443"), (_service.Target, _service.Host));
        Assert.Equal(
            [
                "Host: A.Test:8443", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: A.Test:8443", "X-Forwarded-Port: 8443",
                "X-Forwarded-Proto: http", "X-Forwarded-Server: machine", "X-Real-Ip: 127.0.0.1",
            ],
            _service.Headers.Select(static header => $"{header.Key}: {header.Value}").Order());
        Assert.Equal("a@test", request.Context.Router?.Name);
    }

    [Fact]
    public async Task Plain_and_TLS_routers_do_not_see_each_others_requests()
    {
        Publish(tls: [Router("t@test", TestRule.Any, tls: true)]);

        Assert.Equal(404, (await new TestRequest().HandleAsync(Handler())).Status);
        Assert.Equal(200, (await new TestRequest { Connection = TestRequest.Peer("127.0.0.1", 1, tls: true) }.HandleAsync(Handler())).Status);
    }

    [Theory]
    [InlineData("GET", 302)]
    [InlineData("HEAD", 302)]
    [InlineData("POST", 307)]
    public async Task A_plain_request_that_only_a_named_TLS_router_takes_is_led_there(string method, int status)
    {
        PublishTwo(Router("t@test", TestRule.Host("a.test"), tls: true));

        var request = await new TestRequest("/p?q", "a.test:80", method).HandleAsync(Handler());

        Assert.Equal((status, "https://a.test:8443/p?q"), (request.Status, request.Response.Headers.Location.ToString()));
    }

    [Fact]
    public async Task The_way_to_TLS_is_not_shown_when_switched_off_or_by_a_router_for_any_host_or_behind_TLS()
    {
        PublishTwo(Router("t@test", TestRule.Host("a.test"), tls: true));
        var off = await new TestRequest().HandleAsync(Handler(redirect: false));
        var behind = new TestRequest();
        behind.Request.Headers["X-Forwarded-Proto"] = "https";
        await behind.HandleAsync(Handler(new() { ForwardedHeaders = new() { Insecure = true } }));
        PublishTwo(Router("t@test", TestRule.Any, tls: true));
        var any = await new TestRequest().HandleAsync(Handler());

        Assert.Equal((404, 404, 404), (off.Status, behind.Status, any.Status));
    }

    [Theory]
    [InlineData("pi", true, "GET", 302, "https://pi.tail1.ts.net:8443/p?q")]
    [InlineData("PI:80", true, "POST", 307, "https://pi.tail1.ts.net:8443/p?q")]
    [InlineData("pi", false, "GET", 302, "http://pi.tail1.ts.net/p?q")]
    [InlineData("pi:8080", false, "GET", 302, "http://pi.tail1.ts.net:8080/p?q")]
    [InlineData("p", true, "GET", 404, "")]
    [InlineData("pi.tail1", true, "GET", 404, "")]
    [InlineData("other", true, "GET", 404, "")]
    public async Task The_nodes_short_name_leads_to_its_full_name_when_a_router_has_that(string host, bool tls, string method, int status, string location)
    {
        var router = Router("r@test", TestRule.Host("pi.tail1.ts.net"), tls);
        if (tls)
        {
            PublishTwo(router);
        }
        else
        {
            Publish(router);
        }

        var request = await new TestRequest("/p?q", host, method).HandleAsync(Named("pi.tail1.ts.net"));

        Assert.Equal((status, location), (request.Status, request.Response.Headers.Location.ToString()));
    }

    [Fact]
    public async Task The_short_name_leads_nowhere_without_a_router_or_a_name_or_when_a_router_has_the_short_name_itself()
    {
        Publish(Router("r@test", TestRule.Any));
        Assert.Equal(200, (await new TestRequest("/", "pi").HandleAsync(Named("pi.tail1.ts.net"))).Status);
        Publish(Router("r@test", TestRule.Host("elsewhere.tail1.ts.net")));
        Assert.Equal(404, (await new TestRequest("/", "pi").HandleAsync(Named("pi.tail1.ts.net"))).Status);
        PublishTwo(Router("r@test", TestRule.Host("pi.tail1.ts.net"), tls: true));
        Assert.Equal(404, (await new TestRequest("/", "pi").HandleAsync(Named(null))).Status);
        Assert.Equal(404, (await new TestRequest("/", "pi").HandleAsync(Handler())).Status);
    }

    [Fact]
    public async Task OPTIONS_star_is_answered_before_routing()
    {
        Publish(Router("a@test", TestRule.Any));

        var request = await new TestRequest("*", method: "OPTIONS").HandleAsync(Handler());

        Assert.Equal((200, "", "0", 0), (request.Status, request.Body, request.Response.Headers.ContentLength.ToString(), _service.Calls));
    }

    [Theory]
    [InlineData("something", "HTTP/1.1", 417)]
    [InlineData("100-continue", "HTTP/1.1", 200)]
    [InlineData("100-Continue", "HTTP/1.1", 200)]
    [InlineData("something", "HTTP/2", 200)]
    public async Task Expectations_that_nobody_knows_are_refused(string expect, string protocol, int status)
    {
        Publish(Router("a@test", TestRule.Any));
        var request = new TestRequest(protocol: protocol);
        request.Request.Headers.Expect = expect;

        await request.HandleAsync(Handler());

        Assert.Equal(status, request.Status);
        Assert.Equal(status == 417 ? "close" : "", request.Response.Headers.Connection.ToString());
    }

    [Fact]
    public async Task CONNECT_is_501_if_a_router_matches_and_404_else()
    {
        Publish(Router("a@test", TestRule.Host("a.test")));

        Assert.Equal(501, (await new TestRequest("a.test:443", "x", "CONNECT").HandleAsync(Handler())).Status);
        Assert.Equal(404, (await new TestRequest("b.test:443", "x", "CONNECT").HandleAsync(Handler())).Status);
    }

    [Fact]
    public async Task A_router_with_a_default_rule_does_not_call_itself()
    {
        var router = Router("d@nomad", TestRule.Any, defaultRule: true);
        Publish(router);

        await new TestRequest().HandleAsync(Handler());
        var token = _service.Headers["X-Traefik-Router"];
        var again = new TestRequest();
        again.Request.Headers["X-Traefik-Router"] = token;
        await again.HandleAsync(Handler());

        Assert.Equal((400, ""), (again.Status, again.Body));
    }

    [Fact]
    public void Router_tokens_are_those_of_Traefik() =>
        // Recorded: e2e routing-tags/ordinary-tags, a router named after its service in the provider nomad.
        Assert.Equal("19aba67d3f45efa", RouterRecursion.Token("ordinary@nomad"));

    [Fact]
    public async Task Denied_characters_are_refused_after_routing()
    {
        Publish(Router("a@test", TestRule.Host("a.test")));
        var handler = Handler(new() { Http = new() { EncodedCharacters = new() { AllowEncodedSlash = false } } });

        Assert.Equal(400, (await new TestRequest("/a%2fb").HandleAsync(handler)).Status);
        Assert.Equal(404, (await new TestRequest("/a%2fb", "b.test").HandleAsync(handler)).Status);
        Assert.Equal(200, (await new TestRequest("/a%5Cb").HandleAsync(handler)).Status);
    }

    [Fact]
    public async Task The_third_pass_through_one_gateway_is_refused_also_over_another()
    {
        Publish(Router("a@test", TestRule.Any));
        Dictionary<string, string> headers = [];
        List<int> statuses = [];
        foreach (var server in new[] { "m1", "m2", "M1", "m2", "m1" })
        {
            var request = new TestRequest();
            foreach (var (name, value) in headers)
            {
                request.Request.Headers[name] = value;
            }

            await request.HandleAsync(Handler(serverName: server));
            statuses.Add(request.Status);
            headers = new(_service.Headers);
        }

        Assert.Equal([200, 200, 200, 200, 508], statuses);
    }

    [Fact]
    public async Task The_first_pass_leaves_no_mark_of_its_own()
    {
        Publish(Router("a@test", TestRule.Any));

        await new TestRequest().HandleAsync(Handler());

        Assert.DoesNotContain(LoopGuard.HeaderName, _service.Headers.Keys);
    }

    [Theory]
    [MemberData(nameof(UnderscoreCases))]
    public async Task Headers_with_an_underscore_are_treated_as_in_the_corpus(ConformanceCase test)
    {
        Publish(Router("a@test", TestRule.Any));
        var strategy = test.Text("config", "underscoreHeadersStrategy");
        var request = new TestRequest();
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        Assert.True(EntryPointRequestModel.TryCreate("web", new() { Http = new() { UnderscoreHeadersStrategy = strategy } }, "machine", out var entryPoint, out _));
        await request.HandleAsync(new(entryPoint, Options()));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        Assert.Equal(test.Flag("expect", "backendCalled"), _service.Calls == 1);
        Assert.Equal(test.Flag("expect", "underscoreHeaderForwarded"), _service.Headers.ContainsKey("X_Auth_User"));
        Assert.Equal(test.List("expect", "xAuthUser").FirstOrDefault(), _service.Headers.GetValueOrDefault("X-Auth-User"));
    }

    [Fact]
    public async Task A_fault_is_a_500_and_reported_and_one_after_the_start_an_abort()
    {
        Publish(Router("a@test", TestRule.Any));
        _service.Answer = static context => throw new InvalidOperationException("boom");

        var request = await new TestRequest().HandleAsync(Handler());

        Assert.Equal((500, "Internal Server Error\n"), (request.Status, request.Body));
        Assert.Equal("boom", _completed.Single().Fault?.Message);

        var started = new TestRequest();
        var lifetime = new Lifetime();
        started.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        started.Features.Set<IHttpResponseFeature>(new Started());
        await started.HandleAsync(Handler());
        Assert.True(lifetime.Aborted);
    }

    [Fact]
    public async Task A_request_keeps_its_snapshot_when_another_is_published()
    {
        Publish(Router("a@test", TestRule.Any));
        var hold = new TaskCompletionSource();
        _service.Until = () => hold.Task;
        var request = new TestRequest();
        var running = request.HandleAsync(Handler());
        var before = _snapshots.Current;

        Publish();
        hold.SetResult();
        await running;

        Assert.Same(before, request.Context.Snapshot);
        Assert.Equal(404, (await new TestRequest().HandleAsync(Handler())).Status);
    }

    [Fact]
    public async Task A_request_over_a_connection_with_other_TLS_options_than_its_routers_is_misdirected()
    {
        Publish(tls: [Router("t@test", TestRule.Any, tls: true)]);
        var connection = TestRequest.Peer("127.0.0.1", 1, tls: true);
        connection.TlsOptions = "own@file";
        var request = new TestRequest { Connection = connection };

        await request.HandleAsync(new(TestRequest.EntryPoint(), Options()));

        Assert.Equal((421, "Misdirected Request\n"), (request.Status, request.Body));
    }

    private GatewayHandler Handler(EntryPointConfig? config = null, bool redirect = true, string serverName = "machine")
    {
        Assert.True(EntryPointRequestModel.TryCreate("web", config ?? new(), serverName, out var entryPoint, out var error), error);
        return new(entryPoint, Options() with { RedirectPlainToTls = redirect, ServerName = serverName });
    }

    private GatewayHandler Named(string? node) => new(TestRequest.EntryPoint(), Options() with { NodeName = () => node });

    private GatewayHandlerOptions Options() => new() { Snapshots = _snapshots, ServerName = "machine", Completed = _completed.Add };

    private HttpRouterModel Router(string name, RouteRule rule, bool tls = false, bool defaultRule = false) => new()
    {
        Name = name,
        Rule = rule,
        Priority = 1,
        Config = new() { Tls = tls ? new() : null, DefaultRule = defaultRule },
        Pipeline = RequestPipeline.Build([], _service),
    };

    private void Publish(params HttpRouterModel[] plain) => Publish(plain, []);

    private void Publish(HttpRouterModel[]? plain = null, HttpRouterModel[]? tls = null) => _snapshots.Publish(new()
    {
        EntryPoints = new Dictionary<string, EntryPointRouting>
        {
            ["web"] = new() { Name = "web", Plain = HttpRouting.Build(plain ?? []), Tls = HttpRouting.Build(tls ?? []) },
        }.ToFrozenDictionary(),
    });

    private void PublishTwo(HttpRouterModel tls) => _snapshots.Publish(new()
    {
        EntryPoints = new Dictionary<string, EntryPointRouting>
        {
            ["web"] = new() { Name = "web", Port = 80 },
            ["websecure"] = new() { Name = "websecure", Port = 8443, Tls = HttpRouting.Build([tls]) },
        }.ToFrozenDictionary(),
    });

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborted = true;
    }

    private sealed class Started : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
