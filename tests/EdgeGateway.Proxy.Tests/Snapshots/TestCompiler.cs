using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>The compiler with entry points web and websecure, fed with labels; log lines are kept.</summary>
internal sealed class TestCompiler : ILogger<SnapshotCompiler>, IDisposable
{
    private readonly TransportPool _transports = new(new ServersTransportConfig());
    private readonly SnapshotCompiler _compiler;

    public TestCompiler(IReadOnlyDictionary<string, EntryPointModel>? models = null, params string[] resolvers)
    {
        string[] entryPoints = ["web", "websecure"];
        _compiler = new SnapshotCompiler(
            new ServiceCompiler(
                new ServiceFactory(new ServiceStateStore(TimeProvider.System, new Random(1)), _transports, new HttpForwarding(), TimeProvider.System),
                new Dictionary<string, HttpServiceModel?>()),
            new MiddlewareCompiler(new MiddlewareFactory(new MiddlewareStates())),
            new RouterCompiler(new RouterCompilerOptions(
                entryPoints.ToHashSet(StringComparer.Ordinal), entryPoints.ToConfigList(), models ?? new Dictionary<string, EntryPointModel>()) { Resolvers = resolvers }),
            new RoutingTables(entryPoints.ToDictionary(static e => e, static _ => 80, StringComparer.Ordinal)),
            this);
    }

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>A message of a provider; the router r comes from job <c>job-of-r</c>.</summary>
    public static ProviderMessage Message(string provider, params string[] labels) =>
        new(provider, TagDecoder.Decode(labels, "traefik").Configuration, [])
        {
            OriginOf = (kind, name, option) => new($"job-of-{name}", $"provider {provider}, job job-of-{name}, tag traefik.{kind}.{name}.{option}"),
        };

    public GatewaySnapshot Compile(params ProviderMessage[] messages) => _compiler.Compile(messages);

    public void Dispose() => _transports.Dispose();

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
