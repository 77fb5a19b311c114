using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

/// <summary>Entry point, request path and one service with real servers behind it.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly TransportPool _transports;
    private readonly ServiceStateStore _states;
    private RunningEntryPoint _entryPoint = null!;

    private RunningGateway(ServersTransportConfig transport)
    {
        _transports = new TransportPool(transport);
        _states = new ServiceStateStore(TimeProvider.System, new Random(1));
    }

    public ServiceState State => _states.GetOrCreate("s@test");

    public int Port => _entryPoint.Port;

    /// <summary>Requests that were handled to their end.</summary>
    public int Completed;

    /// <summary>Record of the last request.</summary>
    public (string? Server, int Retries, int Status) Last { get; private set; }

    public static Task<RunningGateway> StartAsync(params string[] urls) => StartAsync(new(), new(), urls);

    /// <summary>Bytes of the server's body in the last request.</summary>
    public long LastServerBytes { get; private set; }

    public static Task<RunningGateway> StartAsync(LoadBalancerConfig config, ServersTransportConfig transport, params string[] urls) =>
        StartAsync(config, transport, yarpOnly: false, urls);

    public static async Task<RunningGateway> StartAsync(LoadBalancerConfig config, ServersTransportConfig transport, bool yarpOnly, params string[] urls)
    {
        var gateway = new RunningGateway(transport);
        gateway.SetServers(urls);
        var service = new LoadBalancedService(
            gateway.State, gateway._transports.Find(TransportPool.DefaultName)!, new HttpForwarding(yarpOnly: yarpOnly), config.PassHostHeader ?? true, TimeProvider.System);
        var snapshots = new SnapshotHolder();
        snapshots.Publish(new()
        {
            EntryPoints = new Dictionary<string, EntryPointRouting>
            {
                ["web"] = new()
                {
                    Name = "web",
                    Plain = HttpRouting.Build(
                    [
                        new HttpRouterModel
                        {
                            Name = "r@test", Rule = TestRule.Any, Priority = 1, Config = new(), Pipeline = RequestPipeline.Build([], service),
                        },
                    ]),
                },
            }.ToFrozenDictionary(),
        });
        var handler = new GatewayHandler(TestRequest.EntryPoint(), new()
        {
            Snapshots = snapshots,
            ServerName = "machine",
            Completed = context =>
            {
                gateway.LastServerBytes = context.Forwarding.ServerBytes;
                gateway.Last = (context.Forwarding.ServerUrl, context.Forwarding.Retries, context.Http.Response.StatusCode);
                Interlocked.Increment(ref gateway.Completed);
            },
        });
        gateway._entryPoint = await RunningEntryPoint.StartAsync(context => new ValueTask(handler.HandleAsync(context)));
        return gateway;
    }

    public void SetServers(params string[] urls) => State.Update([.. urls.Select(static url => new ServerConfig { Url = url })]);

    public Task<Socket> ConnectAsync() => _entryPoint.ConnectAsync();

    /// <summary>Sends text over a connection of its own and reads until the gateway closes (the text should ask for it).</summary>
    public Task<string> ExchangeAsync(string text) => _entryPoint.ExchangeAsync(text);

    /// <summary>A request with <c>Connection: close</c>; the whole answer.</summary>
    public Task<string> SendAsync(string requestLine, string headers = "", string body = "") =>
        ExchangeAsync($"{requestLine} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{headers}\r\n{body}");

    /// <summary>GETs the root; the body.</summary>
    public async Task<string> BodyAsync()
    {
        var answer = await SendAsync("GET /");
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    public async ValueTask DisposeAsync()
    {
        await _entryPoint.DisposeAsync();
        _transports.Dispose();
    }

    /// <summary>Reads from a socket until the text came.</summary>
    public static async Task<string> ReadUntilAsync(Socket socket, string end)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        var text = "";
        while (!text.Contains(end, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token);
            if (read == 0)
            {
                throw new IOException($"closed after: {text}");
            }

            text += Encoding.Latin1.GetString(buffer, 0, read);
        }

        return text;
    }

    public static HttpMessageInvoker Http2Client() => new(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true });

    public HttpRequestMessage Http2Request(HttpMethod method, string path) => new(method, $"http://127.0.0.1:{Port}{path}")
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}

/// <summary>Waits for what has no event, with a limit.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(60), what);
            await Task.Delay(5);
        }
    }
}
