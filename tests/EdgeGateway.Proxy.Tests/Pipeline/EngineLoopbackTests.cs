using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Middlewares.AddPrefix;
using EdgeGateway.Proxy.Tests.Middlewares.Headers;
using EdgeGateway.Proxy.Middlewares.StripPrefix;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Configuration.Dynamic;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using Xunit.Abstractions;

namespace EdgeGateway.Proxy.Tests.Pipeline;

/// <summary>The request path on the real HTTP engine: its header collection and its pooled features are not those of the other tests.</summary>
public sealed class EngineLoopbackTests(ITestOutputHelper output)
{
    private const string Request =
        "GET /api/items?x=1 HTTP/1.1\r\nHost: h7.test\r\nUser-Agent: curl/8\r\nAccept: */*\r\nX_Forwarded_For: 6.6.6.6\r\n"
        + "X-Forwarded-Proto: https\r\nConnection: keep-alive, X-Drop\r\nX-Drop: 1\r\nTE: trailers;q=0.5\r\n\r\n";

    [Fact]
    public async Task Header_edits_work_on_the_engines_collection()
    {
        var service = new RecordingService();
        await using var engine = await Engine.StartAsync(10, service);

        var answer = await engine.SendAsync(Request);

        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Contains("X-Res: out", answer);
        Assert.Equal("/v2/items?x=1", service.Target);
        Assert.Equal(
            [
                "Accept: */*", "Host: h7.test", "User-Agent: curl/8", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: h7.test", "X-Forwarded-Port: 80",
                "X-Forwarded-Prefix: /api", "X-Forwarded-Proto: http", "X-Forwarded-Server: machine", "X-Real-Ip: 127.0.0.1",
            ],
            service.Headers.Select(static header => $"{header.Key}: {header.Value}").Order());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    public async Task The_way_to_the_service_costs_little_whatever_the_number_of_routers(int routers)
    {
        await using var engine = await Engine.StartAsync(routers, new SilentService());
        var plain = "GET /api/items?x=1 HTTP/1.1\r\nHost: h7.test\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n";
        await engine.SendAsync(plain, 3000);
        engine.Reset();

        await engine.SendAsync(plain, 3000);

        output.WriteLine($"{routers} routers: {engine.Bytes / engine.Requests} bytes, {engine.Ticks * 1e9 / Stopwatch.Frequency / engine.Requests:F0} ns per request");

        // Two path changes (text of 13 and 10 characters) and the task of the handler are all there is.
        Assert.InRange(engine.Bytes / engine.Requests, 0, 400);
    }

    [Theory]
    [InlineData("X-Drop", "", false)]
    [InlineData("keep-alive, X-Drop", "", false)]
    [InlineData("X-Drop, Keep-Alive", "", false)]
    [InlineData("close, X-Drop", "", true)]
    [InlineData("Close, X-Drop", "", true)]
    [InlineData("close", "", true, "1")]
    [InlineData("keep-alive, upgrade", "Upgrade", false, "1")]
    [InlineData("keep-alive, upgrade, X-Drop", "Upgrade", false)]
    [InlineData("Upgrade, X-Drop", "Upgrade", false)]
    public async Task What_connection_names_ends_here_and_the_connections_own_options_keep_their_meaning(
        string connection, string sent, bool closes, string? dropped = null)
    {
        var service = new RecordingService();
        await using var engine = await Engine.StartAsync(1, service);

        var answer = await engine.SendAsync($"GET / HTTP/1.1\r\nHost: h0.test\r\nConnection: {connection}\r\nX-Drop: 1\r\nUpgrade: websocket\r\n\r\n");

        Assert.Equal(dropped, service.Headers.GetValueOrDefault("X-Drop"));
        Assert.Equal(sent, service.Headers.GetValueOrDefault("Connection", ""));
        Assert.Equal(sent.Length > 0 ? "websocket" : "", service.Headers.GetValueOrDefault("Upgrade", ""));
        Assert.Equal(closes, answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class SilentService() : HttpServiceModel("silent@test")
    {
        public override ValueTask HandleAsync(GatewayContext context)
        {
            context.RunResponseFilters();
            return default;
        }
    }

    private sealed class Engine : IHttpApplication<GatewayContext>, IAsyncDisposable
    {
        private readonly KestrelServer _server;
        private readonly GatewayHandler _handler;
        private readonly Connection _connection = TestRequest.Peer("127.0.0.1", 1);
        private readonly GatewayContext _pooled = new();
        private int _port;
        private Socket? _socket;

        private Engine(int routers, HttpServiceModel service)
        {
            var options = new KestrelServerOptions { AddServerHeader = false };
            options.RequestHeaderEncodingSelector =
                static name => name == "Connection" ? ConnectionValueEncoding.Instance : Encoding.Latin1;
            options.Listen(IPAddress.Loopback, 0, listen => _port = listen.IPEndPoint!.Port);
            _server = new KestrelServer(
                Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
            var pipeline = RequestPipeline.Build(
                [
                    HeadersFilterTests.Build(new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-Res"] = "out" }.ToConfigMap() }),
                    new StripPrefixFilter("s@test", new() { Prefixes = ["/api"] }),
                    new AddPrefixFilter("a@test", "/v2"),
                ],
                service);
            var snapshots = new SnapshotHolder();
            snapshots.Publish(new()
            {
                EntryPoints = new Dictionary<string, EntryPointRouting>
                {
                    ["web"] = new()
                    {
                        Name = "web",
                        Plain = HttpRouting.Build(Enumerable.Range(0, routers).Select(i => new HttpRouterModel
                        {
                            Name = $"r{i}@test", Rule = new TestRule(static _ => true, $"h{i}.test"), Priority = 1, Config = new(), Pipeline = pipeline,
                        })),
                    },
                }.ToFrozenDictionary(),
            });
            _handler = new(TestRequest.EntryPoint(), new() { Snapshots = snapshots, ServerName = "machine" });
        }

        public long Bytes { get; private set; }

        public long Ticks { get; private set; }

        public int Requests { get; private set; }

        public static async Task<Engine> StartAsync(int routers, HttpServiceModel service)
        {
            var engine = new Engine(routers, service);
            await engine._server.StartAsync(engine, default);
            var addresses = engine._server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!;
            engine._port = new Uri(addresses.Addresses.Single()).Port;
            return engine;
        }

        public void Reset() => (Bytes, Ticks, Requests) = (0, 0, 0);

        public async Task<string> SendAsync(string request, int times = 1)
        {
            _socket ??= new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (!_socket.Connected)
            {
                await _socket.ConnectAsync(IPAddress.Loopback, _port);
            }

            var bytes = Encoding.ASCII.GetBytes(request);
            var buffer = new byte[16384];
            var text = "";
            for (var i = 0; i < times; i++)
            {
                await _socket.SendAsync(bytes);
                var count = 0;
                do
                {
                    count += await _socket.ReceiveAsync(buffer.AsMemory(count));
                    text = Encoding.ASCII.GetString(buffer, 0, count);
                }
                while (!text.Contains("\r\n\r\n", StringComparison.Ordinal));
            }

            return text;
        }

        public GatewayContext CreateContext(IFeatureCollection contextFeatures)
        {
            _pooled.Initialize(contextFeatures, _connection);
            return _pooled;
        }

        public Task ProcessRequestAsync(GatewayContext context)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            var task = _handler.HandleAsync(context);
            Ticks += Stopwatch.GetTimestamp() - start;
            Bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
            Requests++;
            return task;
        }

        public void DisposeContext(GatewayContext context, Exception? exception) => context.Reset();

        public async ValueTask DisposeAsync()
        {
            _socket?.Dispose();
            await _server.StopAsync(default);
            _server.Dispose();
        }
    }
}
