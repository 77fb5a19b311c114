using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Testbed.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Health;

public sealed class HttpHealthCheckTests : IDisposable
{
    // The limit is far away: what time does while an answer is on its way is not what most of these tests are about.
    private static readonly HealthCheckConfig Config = new()
    {
        Path = "/health", Interval = TimeSpan.FromSeconds(10), UnhealthyInterval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromHours(1),
    };

    private readonly SteppedTime _time = new();
    private readonly TransportPool _transports = new(new());
    private readonly HealthChecks _checks;
    private readonly ServiceState _state;

    public HttpHealthCheckTests()
    {
        _checks = new(_time, new Random(5), NullLogger<HealthChecks>.Instance);
        _state = new ServiceStateStore(_time, new Random(5)).GetOrCreate("s@test");
    }

    private UpstreamTransport Transport => _transports.Find(TransportPool.DefaultName)!;

    [Fact]
    public async Task Servers_begin_as_up_and_one_result_decides_each_time()
    {
        var status = 500;
        await using var server = Start(_ => $"HTTP/1.1 {Volatile.Read(ref status)} X\r\nContent-Length: 0\r\n\r\n");
        _state.Update([new() { Url = server.Url }]);
        _checks.Watch(_state, Config, Transport);
        Assert.True(_state.Servers[0].IsUp);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Empty(server.Heads);
        _time.Advance(TimeSpan.FromSeconds(5.2));
        await UpAsync(false);
        Assert.StartsWith("GET /health HTTP/1.1\r\n", server.Heads.Single(), StringComparison.Ordinal);

        Volatile.Write(ref status, 204);
        await PausedAsync();
        _time.Advance(TimeSpan.FromSeconds(2.2));
        await UpAsync(true);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_down()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        _state.Update([new() { Url = server.Url }]);
        _checks.Watch(_state, Config with { Timeout = TimeSpan.FromSeconds(50) }, Transport);

        _time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => server.Connections == 1, "the check was never made");
        Assert.True(_state.Servers[0].IsUp);
        _time.Advance(TimeSpan.FromSeconds(50));
        await UpAsync(false);
    }

    [Fact]
    public async Task A_reload_disturbs_no_loop_and_makes_no_check()
    {
        await using var server = Start(static _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        _state.Update([new() { Url = server.Url }]);
        _checks.Watch(_state, Config, Transport);
        _time.Advance(TimeSpan.FromSeconds(4));
        for (var i = 0; i < 100; i++)
        {
            _state.Update([new() { Url = server.Url }]);
            _checks.Watch(_state, Config with { }, Transport);
            _checks.Follow("s@test");
        }

        Assert.Empty(server.Heads);
        Assert.Equal(1, _time.Waiting);
        _time.Advance(TimeSpan.FromSeconds(6.1));
        await Eventually.TrueAsync(() => server.Heads.Count == 1, "no check");
    }

    [Fact]
    public async Task A_server_that_goes_is_checked_no_more_and_one_that_comes_is()
    {
        await using var a = Start(static _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var b = Start(static _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        _state.Update([new() { Url = a.Url }]);
        _checks.Watch(_state, Config, Transport);
        _state.Update([new() { Url = b.Url }]);
        _checks.Follow("s@test");

        await Eventually.TrueAsync(() => _time.Waiting == 1, "the loop of the server that went goes on");
        _time.Advance(TimeSpan.FromSeconds(10.1));
        await Eventually.TrueAsync(() => b.Heads.Count == 1, "no check");
        Assert.Empty(a.Heads);

        await PausedAsync();
        _checks.End("s@test");
        await Eventually.TrueAsync(() => _time.Waiting == 0, "the loop goes on");
    }

    [Fact]
    public async Task What_was_found_out_stays_until_the_check_is_another()
    {
        await using var server = Start(static _ => "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n");
        _state.Update([new() { Url = server.Url }]);
        _checks.Watch(_state, Config, Transport);
        _time.Advance(TimeSpan.FromSeconds(10.1));
        await UpAsync(false);

        using var other = new TransportPool(new());
        _checks.Watch(_state, Config, other.Find(TransportPool.DefaultName)!);
        Assert.False(_state.Servers[0].IsUp);

        _checks.Watch(_state, Config with { Path = "/other" }, Transport);
        Assert.True(_state.Servers[0].IsUp);
        _state.Servers[0].IsUp = false;
        _checks.Watch(_state, null, Transport);
        Assert.True(_state.Servers[0].IsUp);
        await Eventually.TrueAsync(() => _time.Waiting == 0, "a loop goes on");
    }

    [Fact]
    public async Task The_request_is_made_as_configured()
    {
        await using var server = Start(static _ => "HTTP/1.1 418 X\r\nContent-Length: 0\r\n\r\n");
        var config = new HealthCheckConfig
        {
            Path = "/h?a=b", Method = "OPTIONS", Status = 418, Hostname = "name.test", Port = server.Port,
            Headers = new Dictionary<string, string> { ["X-A"] = "1", ["User-Agent"] = "mine" }.ToConfigMap(),
        };

        Assert.Null(await ProbeAsync(config, "http://127.0.0.1:1"));

        var head = server.Heads.Single();
        Assert.StartsWith("OPTIONS /h?a=b HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nHost: name.test\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-A: 1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: mine\r\n", head, StringComparison.Ordinal);
        Assert.Equal("status 418", await ProbeAsync(config with { Status = 0 }, "http://127.0.0.1:1"));
    }

    [Fact]
    public async Task Redirects_are_followed_unless_the_check_says_no()
    {
        await using var target = Start(static head => head.StartsWith("GET /final ", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n");
        await using var server = Start(head => head.StartsWith("GET /far ", StringComparison.Ordinal)
            ? $"HTTP/1.1 302 Found\r\nLocation: {target.Url}/final\r\nContent-Length: 0\r\n\r\n"
            : head.StartsWith("GET /near ", StringComparison.Ordinal) ? "HTTP/1.1 301 X\r\nLocation: far\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 307 X\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        var config = new HealthCheckConfig { Path = "/near", Hostname = "h.test", Headers = new Dictionary<string, string> { ["Authorization"] = "secret" }.ToConfigMap() };

        Assert.Null(await ProbeAsync(config, server.Url));
        Assert.Contains("secret", server.Heads.Last(), StringComparison.Ordinal);
        Assert.Contains("Host: h.test", server.Heads.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", target.Heads.Single(), StringComparison.Ordinal);
        Assert.Contains($"Host: 127.0.0.1:{target.Port}", target.Heads.Single(), StringComparison.Ordinal);

        Assert.Null(await ProbeAsync(config with { FollowRedirects = false }, server.Url));
        Assert.Equal("status 301", await ProbeAsync(config with { FollowRedirects = false, Status = 200 }, server.Url));
        Assert.Equal("redirected more than 10 times", await ProbeAsync(config with { Path = "/loop" }, server.Url));
    }

    [Fact]
    public async Task A_connection_that_died_idle_is_no_failed_check()
    {
        // One answer per connection, the second request is met with a close.
        await using var server = ScriptedServer.Start(static async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await connection.ReadHeadAsync();
        });

        Assert.Null(await ProbeAsync(Config, server.Url));
        Assert.Null(await ProbeAsync(Config, server.Url));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_or_talks_nonsense_is_told()
    {
        Assert.Contains("127.0.0.1", await ProbeAsync(Config, $"http://127.0.0.1:{ScriptedServer.ClosedPort()}"), StringComparison.Ordinal);
        await using var server = Start(static _ => "nonsense\r\n\r\n");
        Assert.NotNull(await ProbeAsync(Config, server.Url));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, 0, null)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 2 }, 0, "serving status 2 instead of SERVING")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, 0, "serving status 0 instead of SERVING")]
    [InlineData(new byte[0], 0, "serving status -1 instead of SERVING")]
    [InlineData(new byte[0], 12, "the server does not know the gRPC health protocol")]
    [InlineData(new byte[0], 14, "grpc-status 14")]
    public async Task Grpc_servers_are_asked_in_their_protocol(byte[] answer, int status, string? fault)
    {
        var seen = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            seen.Enqueue($"{http.Request.Method} {http.Request.Path.Value} {http.Request.ContentType} {http.Request.Headers.TE} {http.Request.Host} {Convert.ToHexString(body.ToArray())}");
            http.Response.ContentType = "application/grpc";
            http.Response.DeclareTrailer("grpc-status");
            await http.Response.Body.WriteAsync(answer);
            http.Response.AppendTrailer("grpc-status", $"{status}");
        });
        await app.StartAsync();
        var port = new Uri(app.Urls.First()).Port;

        Assert.Equal(fault, await ProbeAsync(new() { Mode = "grpc", Hostname = "g.test" }, $"http://127.0.0.1:{port}"));
        Assert.Equal("POST /grpc.health.v1.Health/Check application/grpc trailers g.test 0000000000", Assert.Single(seen));
    }

    public void Dispose()
    {
        _checks.Dispose();
        _transports.Dispose();
    }

    private static ScriptedServer Start(Func<string, string> answer) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            await connection.SendAsync(answer(head));
        }
    });

    private async Task<string?> ProbeAsync(HealthCheckConfig config, string url)
    {
        _state.Update([new() { Url = url }]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await new HealthProbe(config, Transport, _state.Addresses).RunAsync(_state.Servers[0], limit.Token);
    }

    private Task UpAsync(bool up) => Eventually.TrueAsync(() => _state.Servers[0].IsUp == up, $"never {(up ? "up" : "down")}");

    private Task PausedAsync() => Eventually.TrueAsync(() => _time.Next < TimeSpan.FromMinutes(1), "the loop does not wait for the next check");
}
