using System.Net.Sockets;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Pipeline;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>An entry point in front of the compiler: what providers say is served on a real socket.</summary>
internal sealed class CompiledGateway : IAsyncDisposable
{
    private readonly SnapshotHolder _snapshots = new();
    private readonly CompilerStage _stage;
    private RunningEntryPoint _entryPoint = null!;

    private CompiledGateway() =>
        _stage = new CompilerStage(["web"], ["web"], new OwnEntryPoints(() => [("web", _entryPoint.EntryPoint.LocalEndPoint!)]));

    public ServiceStateStore States => _stage.States;

    public int Port => _entryPoint.Port;

    public RunningEntryPoint EntryPoint => _entryPoint;

    public GatewaySnapshot Snapshot => _snapshots.Current;

    /// <summary>Attempts after the first of a request.</summary>
    public long Retries => _stage.Forwarding.Retries;

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
        var snapshot = _stage.Compiler.Compile([new ProviderMessage("test", new() { Http = http }, ConfigList<ConfigurationProblem>.Empty)]);
        _snapshots.Publish(snapshot);
        _stage.Compiler.Settle();
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
        _stage.Dispose();
    }
}
