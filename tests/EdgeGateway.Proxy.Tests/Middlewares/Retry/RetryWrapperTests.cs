using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares.Retry;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Retry;

public sealed class RetryWrapperTests
{
    private static readonly string[] Suites = ["networkErrors", "statusCodes", "config"];

    private readonly SteppedTime _time = new();

    public static TheoryData<ConformanceCase> NetworkErrors => ConformanceCase.All("retry.json", "networkErrors");

    public static TheoryData<ConformanceCase> StatusCodes => ConformanceCase.All("retry.json", "statusCodes");

    public static TheoryData<ConformanceCase> Configs => ConformanceCase.All("retry.json", "config");

    [Fact]
    public void Every_suite_of_the_corpus_is_run() => Assert.Equal(Suites.Order(), ConformanceCase.Suites("retry.json").Order());

    [Theory]
    [MemberData(nameof(NetworkErrors))]
    public async Task What_never_reached_a_server_is_repeated_as_in_traefik(ConformanceCase @case)
    {
        var unreachable = @case["unreachableBackends"].GetInt32();
        var service = new ScriptedService(call => call <= unreachable ? (502, false, true) : (200, false, false));

        var request = await RunAsync(@case, service);

        Assert.Equal(@case["expect", "status"].GetInt32(), request.Status);
        Assert.Equal(@case["expect", "retries"].GetInt32(), service.Calls - 1);
    }

    [Theory]
    [MemberData(nameof(StatusCodes))]
    public async Task Statuses_are_repeated_as_in_traefik(ConformanceCase @case)
    {
        // The file lost which of its tests begin with a server that cannot be reached; their names and statuses tell.
        var statuses = @case["backendStatuses"].EnumerateArray().Select(static s => s.GetInt32()).ToArray();
        var isUnreachable = @case["expect", "status"].GetInt32() == 504 || @case.Name.StartsWith("retry on TCP failure", StringComparison.Ordinal);
        var isSlow = @case.Name.Contains("timeout", StringComparison.Ordinal);
        var service = new ScriptedService(call =>
        {
            if (isSlow)
            {
                _time.Advance(TimeSpan.FromMilliseconds(60));
            }

            var unreached = isUnreachable && call == 1;
            return (unreached && @case["expect", "status"].GetInt32() == 504 ? 504 : statuses[Math.Min(call, statuses.Length) - 1], true, unreached);
        });

        var request = await RunAsync(@case, service);

        Assert.Equal(@case["expect", "status"].GetInt32(), request.Status);
        Assert.Equal(@case["expect", "retries"].GetInt32(), service.Calls - 1);
        Assert.All(service.Bodies, body => Assert.Equal(@case.Text("request", "body"), body));
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Bad_settings_are_refused_as_in_traefik(ConformanceCase @case)
    {
        var (model, error) = RetryWrapper.Create("m@test", Config(@case), new(), _time, new Random(1));

        Assert.Equal(@case.Flag("expect", "configError"), model is null);
        if (error is not null)
        {
            Assert.StartsWith(@case.Text("expect", "message"), error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_try_sees_the_request_as_the_first_did()
    {
        var service = new ScriptedService(call => (call < 3 ? 502 : 200, false, call < 3));
        var request = new TestRequest("/a/b?x=1");
        request.Request.Headers["X-A"] = "1";
        var strip = new EdgeGateway.Proxy.Middlewares.StripPrefix.StripPrefixFilter("strip@test", new() { Prefixes = ["/a"] });

        await RequestPipeline.Build([Make(new() { Attempts = 3 }), strip], service).InvokeAsync(request.StartRouted());

        Assert.Equal(200, request.Status);
        Assert.Equal(["/b?x=1", "/b?x=1", "/b?x=1"], service.Targets);
        Assert.Equal("/a", request.Request.Headers["X-Forwarded-Prefix"].ToString());
        Assert.Equal("1", request.Request.Headers["X-A"].ToString());
    }

    [Fact]
    public async Task An_answer_that_no_try_is_left_for_passes_once_through_the_filters()
    {
        var service = new ScriptedService(static _ => (502, false, true));
        var counting = new CountingFilter();
        var request = new TestRequest();

        await RequestPipeline.Build([Make(new() { Attempts = 3 }), counting], service).InvokeAsync(request.StartRouted());

        Assert.Equal((502, 3, 1), (request.Status, service.Calls, counting.Responses));
    }

    [Fact]
    public async Task Waits_grow_and_end_when_the_client_leaves()
    {
        var service = new ScriptedService(static _ => (502, false, true));
        var request = new TestRequest();
        using var gone = new CancellationTokenSource();
        request.Features.Get<IHttpRequestLifetimeFeature>()!.RequestAborted = gone.Token;
        var handling = RequestPipeline.Build([Make(new() { Attempts = 5, InitialInterval = TimeSpan.FromSeconds(1) })], service)
            .InvokeAsync(request.StartRouted()).AsTask();
        Assert.Equal(1, service.Calls);
        _time.Advance(TimeSpan.FromSeconds(0.4));
        Assert.Equal(1, service.Calls);
        _time.Advance(TimeSpan.FromSeconds(1.2));
        await Eventually.TrueAsync(() => service.Calls >= 2, "no second try");

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handling.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.InRange(service.Calls, 2, 3);
    }

    [Fact]
    public void Waits_are_at_most_three_times_the_first_and_none_without_one()
    {
        var delay = new RetryDelay(TimeSpan.FromSeconds(1), 5, new Random(1));
        for (var retry = 0; retry < 50; retry++)
        {
            Assert.InRange(delay.Before(retry).TotalSeconds, 0.5, 3);
        }

        Assert.Equal(TimeSpan.Zero, new RetryDelay(TimeSpan.Zero, 5, new Random(1)).Before(3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_comes_back_between_tries_gets_the_request_and_its_body(bool http2)
    {
        await using var gateway = await CompiledGateway.StartAsync();
        var port = ScriptedServer.ClosedPort();
        gateway.Publish(new HttpConfiguration
        {
            Routers = new Dictionary<string, HttpRouterConfig> { ["s"] = new() { Rule = "Host(`s.test`)", Service = "s", Middlewares = ["again"] } }.ToConfigMap(),
            Middlewares = new Dictionary<string, MiddlewareConfig>
            {
                ["again"] = new() { Retry = new() { Attempts = 100, InitialInterval = TimeSpan.FromMilliseconds(50), Status = ["503"], RetryNonIdempotentMethod = true } },
            }.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig> { ["s"] = new() { LoadBalancer = new() { Servers = [new() { Url = $"http://127.0.0.1:{port}" }] } } }.ToConfigMap(),
        });
        using var client = RunningGateway.Http2Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{gateway.Port}/p")
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("body"),
        };
        request.Headers.Host = "s.test";
        var answering = client.SendAsync(request, default);
        var state = gateway.States.GetOrCreate("s@test").Servers[0];
        await Eventually.TrueAsync(() => state.IsAvoided(TimeProvider.System.GetTimestamp()), "no try went to the closed port");

        var asked = 0;
        await using var server = ScriptedServer.Start(
            async connection =>
            {
                while (await connection.ReadHeadAsync() is { } head)
                {
                    var body = await connection.ReadBodyAsync(head);
                    await connection.SendAsync(Interlocked.Increment(ref asked) < 3
                        ? "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                }
            },
            port);

        using var answer = await answering.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("body", await answer.Content.ReadAsStringAsync());
        Assert.Equal(3, asked);
        Assert.Single(server.Heads.Last().Split("\r\n"), static line => line.StartsWith("X-Forwarded-For:", StringComparison.Ordinal));
    }

    private MiddlewareModel Make(RetryConfig config) =>
        RetryWrapper.Create("m@test", config, new BodyMemory(), _time, new Random(1)) is ({ } model, _) ? model : throw new InvalidOperationException();

    private async Task<TestRequest> RunAsync(ConformanceCase @case, ScriptedService service)
    {
        var request = new TestRequest(method: @case.Text("request", "method") is { Length: > 0 } method ? method : "GET");
        if (@case.Text("request", "body") is { Length: > 0 } body)
        {
            request.Request.Body = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(body));
            request.Request.Headers.ContentLength = body.Length;
        }

        var handling = RequestPipeline.Build([Make(Config(@case))], service).InvokeAsync(request.StartRouted()).AsTask();
        while (!handling.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await handling;
        return request;
    }

    private static RetryConfig Config(ConformanceCase @case)
    {
        var config = new RetryConfig();
        foreach (var property in @case["config"].EnumerateObject())
        {
            config = property.Name switch
            {
                "attempts" => config with { Attempts = property.Value.GetInt64() },
                "initialInterval" => config with { InitialInterval = TimeSpan.FromMicroseconds(50) },
                "timeout" => config with { Timeout = TimeSpan.FromMilliseconds(50) },
                "maxRequestBodyBytes" => config with { MaxRequestBodyBytes = property.Value.GetInt64() },
                "status" => config with { Status = [.. property.Value.EnumerateArray().Select(static s => s.GetString()!)] },
                "disableRetryOnNetworkError" => config with { DisableRetryOnNetworkError = property.Value.GetBoolean() },
                "retryNonIdempotentMethod" => config with { RetryNonIdempotentMethod = property.Value.GetBoolean() },
                _ => throw new InvalidOperationException(property.Name),
            };
        }

        return config;
    }

    private sealed class CountingFilter() : RequestFilter("count@test", actsOnResponse: true)
    {
        public int Responses { get; private set; }

        public override bool OnRequest(GatewayContext context) => true;

        public override void OnResponse(GatewayContext context) => Responses++;
    }

    /// <summary>Answers by number of the call: status, whether it reads the body, whether no server was reached.</summary>
    private sealed class ScriptedService(Func<int, (int Status, bool ReadsBody, bool IsUnreached)> answer) : HttpServiceModel("s@test")
    {
        public int Calls { get; private set; }

        public List<string> Bodies { get; } = [];

        public List<string> Targets { get; } = [];

        public override async ValueTask HandleAsync(GatewayContext context)
        {
            context.PrepareUpstream();
            Targets.Add(context.Upstream.Target);
            var (status, readsBody, isUnreached) = answer(++Calls);
            if (readsBody && !isUnreached)
            {
                Bodies.Add(await new StreamReader(context.Http.Request.Body).ReadToEndAsync());
            }

            context.Forwarding.IsUnreached = isUnreached;
            await ErrorAnswer.BareAsync(context, status, "x");
        }
    }
}
