using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Services.Composite;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Composite;

/// <summary>Mirroring, its shares against the corpus and its requests against real servers.</summary>
public sealed class MirroringServiceTests
{
    public static TheoryData<ConformanceCase> Shares => ConformanceCase.All("loadBalancing.json", "mirrorPercent");

    [Theory]
    [MemberData(nameof(Shares))]
    public void The_mirrored_requests_are_traefiks(ConformanceCase @case)
    {
        var service = Make(@case["percent"].GetInt64());

        var mirrored = Enumerable.Range(1, @case["requests"].GetInt32()).Where(_ => service.Choose() is not null);

        Assert.Equal(@case["expect", "mirroredRequestNumbers"].EnumerateArray().Select(static n => n.GetInt32()), mirrored);
    }

    [Fact]
    public void Shares_go_on_when_the_service_is_made_anew_and_begin_anew_when_they_change()
    {
        var service = Make(50);
        Assert.NotNull(service.Choose());

        Assert.Null(Make(50, service).Choose());
        Assert.NotNull(Make(40, service).Choose());
    }

    [Fact]
    public async Task A_mirror_gets_the_request_as_the_main_service_does_and_its_answer_goes_nowhere()
    {
        await using var main = Server("main", 200);
        await using var mirror = Server("mirror", 500);
        await using var gateway = await StartAsync(main.Url, mirror.Url);

        var answer = await gateway.EntryPoint.ExchangeAsync(
            "POST /p%2Fq?x=1 HTTP/1.1\r\nHost: m.test\r\nX-A: 1\r\nContent-Length: 4\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\nbody");

        Assert.EndsWith("\r\n\r\nmain:body", answer, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => mirror.Heads.Count == 1, "nothing was mirrored");
        Assert.Equal(Lines(main.Heads.Single()), Lines(mirror.Heads.Single()));
        Assert.Contains("X-Forwarded-For: 127.0.0.1\r\n", mirror.Heads.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_body_is_mirrored_too()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var main = Server("main", 200);
        await using var mirror = Server("mirror", 200, bodies);
        await using var gateway = await StartAsync(main.Url, mirror.Url);
        var chunked = $"bb8\r\n{new string('z', 3000)}\r\n0\r\n\r\n";

        await PostAsync(gateway, "Transfer-Encoding: chunked\r\n", chunked);

        await Eventually.TrueAsync(() => bodies.Count == 1, "nothing was mirrored");
        Assert.Equal(chunked, bodies.Single());
    }

    [Fact]
    public async Task Without_mirrorBody_a_mirror_gets_a_request_without_body()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var main = Server("main", 200);
        await using var mirror = Server("mirror", 200, bodies);
        await using var gateway = await StartAsync(main.Url, mirror.Url, mirrorBody: false);

        Assert.EndsWith("main:body", await PostAsync(gateway, "Content-Length: 4\r\n", "body"), StringComparison.Ordinal);

        await Eventually.TrueAsync(() => bodies.Count == 1, "nothing was mirrored");
        Assert.Equal("", bodies.Single());
        Assert.Contains("\r\nContent-Length: 0\r\n", mirror.Heads.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_served_and_not_mirrored()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var main = Server("main", 200);
        await using var mirror = Server("mirror", 200, bodies);
        await using var gateway = await StartAsync(main.Url, mirror.Url, maxBodySize: 4);

        Assert.EndsWith("main:12345", await PostAsync(gateway, "Content-Length: 5\r\n", "12345"), StringComparison.Ordinal);
        Assert.EndsWith("main:1234", await PostAsync(gateway, "Content-Length: 4\r\n", "1234"), StringComparison.Ordinal);

        await Eventually.TrueAsync(() => !bodies.IsEmpty, "nothing was mirrored");
        Assert.Equal("1234", Assert.Single(bodies));
    }

    [Fact]
    public async Task Mirrors_that_hang_or_are_gone_neither_delay_nor_fail_a_request_and_are_bounded()
    {
        await using var main = Server("main", 200);
        await using var hanging = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        await using var gateway = await StartAsync(main.Url, hanging.Url, also: $"http://127.0.0.1:{ScriptedServer.ClosedPort()}");

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(("200", "main:"), await gateway.GetAsync("m"));
        }

        await Eventually.TrueAsync(() => hanging.Open == 128, "copies are not bounded");
        var service = (MirroringService)gateway.Snapshot.EntryPoints["web"].Plain.Routers[0].Pipeline.Service;
        Assert.Equal(128, service.UnderWay);
    }

    [Fact]
    public async Task A_client_that_leaves_is_not_mirrored()
    {
        var reached = new TaskCompletionSource();
        await using var main = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            reached.TrySetResult();
            await connection.UntilClosedAsync();
        });
        await using var mirror = Server("mirror", 200);
        await using var gateway = await StartAsync(main.Url, mirror.Url);
        var service = (MirroringService)gateway.Snapshot.EntryPoints["web"].Plain.Routers[0].Pipeline.Service;

        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: m.test\r\n\r\n"u8.ToArray());
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await Eventually.TrueAsync(() => service.UnderWay == 0, "the request never ended");
        Assert.Empty(mirror.Heads);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_share_that_is_none_is_an_error(long percent)
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        var report = stage.Report(("p", new DynamicConfiguration
        {
            Http = new()
            {
                Services = new Dictionary<string, HttpServiceConfig>
                {
                    ["s"] = new() { LoadBalancer = new() },
                    ["m"] = new() { Mirroring = new() { Service = "s", Mirrors = [new() { Name = "s", Percent = percent }] } },
                }.ToConfigMap(),
            },
        }));

        Assert.Equal($"percent must be between 0 and 100: mirror s of m@p has {percent}", Assert.Single(report.Services["m@p"].Errors));
        Assert.Equal(ElementStatus.Enabled, report.Services["s@p"].Status);
    }

    private static MirroringService Make(long percent, MirroringService? before = null) => new(
        "m@test", new SwitchedService("main"), [new("mirror", new SwitchedService("mirror"), percent)], true, -1, false, new BodyMemory(),
        TimeProvider.System, NullLogger.Instance, before);

    private static async Task<CompiledGateway> StartAsync(string main, string mirror, bool mirrorBody = true, long maxBodySize = -1, string? also = null)
    {
        var gateway = await CompiledGateway.StartAsync();
        gateway.Publish(new HttpConfiguration
        {
            Routers = new Dictionary<string, HttpRouterConfig> { ["m"] = new() { Rule = "Host(`m.test`)", Service = "m" } }.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig>
            {
                ["main"] = Leaf(main), ["mirror"] = Leaf(mirror), ["also"] = Leaf(also ?? mirror),
                ["m"] = new()
                {
                    Mirroring = new()
                    {
                        Service = "main", MirrorBody = mirrorBody, MaxBodySize = maxBodySize,
                        Mirrors = also is null ? [new() { Name = "mirror", Percent = 100 }] : [new() { Name = "also", Percent = 100 }, new() { Name = "mirror", Percent = 100 }],
                    },
                },
            }.ToConfigMap(),
        });
        return gateway;
    }

    private static HttpServiceConfig Leaf(string url) => new() { LoadBalancer = new() { Servers = [new() { Url = url }] } };

    private static Task<string> PostAsync(CompiledGateway gateway, string headers, string body) =>
        gateway.EntryPoint.ExchangeAsync($"POST / HTTP/1.1\r\nHost: m.test\r\nConnection: close\r\n{headers}\r\n{body}");

    private static IEnumerable<string> Lines(string head) => head.Split("\r\n").Order(StringComparer.Ordinal);

    private static ScriptedServer Server(string name, int status, ConcurrentQueue<string>? bodies = null) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            var body = await connection.ReadBodyAsync(head);
            bodies?.Enqueue(body);
            var answer = $"{name}:{body}";
            await connection.SendAsync($"HTTP/1.1 {status} X\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
        }
    });
}
