using System.Net.Sockets;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>An entry point in front of the compiler: what providers say is served on a real socket.</summary>
internal sealed class CompiledGateway : IAsyncDisposable
{
    private readonly SnapshotHolder _snapshots = new();
    private readonly TransportPool _transports = new(new());
    private readonly SnapshotCompiler _compiler;
    private readonly HttpForwarding _forwarding = new();
    private RunningEntryPoint _entryPoint = null!;

    private CompiledGateway()
    {
        var own = new OwnEntryPoints(() => [("web", _entryPoint.EntryPoint.LocalEndPoint!)]);
        States = new ServiceStateStore(TimeProvider.System, new Random(1), own);
        var transports = new TransportCompiler(_transports);
        _compiler = new SnapshotCompiler(
            transports,
            new ServiceCompiler(new ServiceFactory(States, _forwarding, TimeProvider.System), transports, new Dictionary<string, HttpServiceModel?>()),
            new MiddlewareCompiler(new MiddlewareFactory(new MiddlewareStates())),
            new RouterCompiler(new RouterCompilerOptions(new HashSet<string> { "web" }, ["web"], new Dictionary<string, EntryPointModel>())),
            new RoutingTables(new Dictionary<string, int> { ["web"] = 80 }),
            NullLogger<SnapshotCompiler>.Instance);
    }

    public ServiceStateStore States { get; }

    public int Port => _entryPoint.Port;

    public RunningEntryPoint EntryPoint => _entryPoint;

    public GatewaySnapshot Snapshot => _snapshots.Current;

    /// <summary>Attempts after the first of a request.</summary>
    public long Retries => _forwarding.Retries;

    public static async Task<CompiledGateway> StartAsync(EntryPointConfig? config = null)
    {
        var gateway = new CompiledGateway();
        var handler = new GatewayHandler(TestRequest.EntryPoint(config), new() { Snapshots = gateway._snapshots, ServerName = "machine" });
        gateway._entryPoint = await RunningEntryPoint.StartAsync(context => new ValueTask(handler.HandleAsync(context)), config);
        return gateway;
    }

    /// <summary>Puts one provider's answer in force: services by name, each with a router <c>Host(`name.test`)</c>.</summary>
    public GatewaySnapshot Publish(
        IEnumerable<(string Name, LoadBalancerConfig Balancer)> services, params (string Name, ServersTransportConfig Config)[] transports)
    {
        List<(string Name, LoadBalancerConfig Balancer)> list = [.. services];
        return Publish(new HttpConfiguration
        {
            Routers = list.Select(static s => KeyValuePair.Create(
                s.Name, new HttpRouterConfig { Rule = $"Host(`{s.Name}.test`)", Service = s.Name })).ToConfigMap(),
            Services = list.Select(static s => KeyValuePair.Create(s.Name, new HttpServiceConfig { LoadBalancer = s.Balancer })).ToConfigMap(),
            ServersTransports = transports.Select(static t => KeyValuePair.Create(t.Name, t.Config)).ToConfigMap(),
        });
    }

    public GatewaySnapshot Publish(HttpConfiguration http)
    {
        var snapshot = _compiler.Compile([new ProviderMessage("test", new() { Http = http }, ConfigList<ConfigurationProblem>.Empty)]);
        _snapshots.Publish(snapshot);
        _compiler.Settle();
        return snapshot;
    }

    public static (string Name, LoadBalancerConfig Balancer) Service(string name, params string[] urls) =>
        (name, new() { Servers = [.. urls.Select(static url => new ServerConfig { Url = url })] });

    /// <summary>GETs the root of <c>name.test</c>: status line and body.</summary>
    public async Task<(string Status, string Body)> GetAsync(string name)
    {
        var answer = await _entryPoint.ExchangeAsync($"GET / HTTP/1.1\r\nHost: {name}.test\r\nConnection: close\r\n\r\n");
        return (answer[9..12], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    public Task<Socket> ConnectAsync() => _entryPoint.ConnectAsync();

    public async ValueTask DisposeAsync()
    {
        await _entryPoint.DisposeAsync();
        _transports.Dispose();
    }
}
