using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>The compiler with entry points web and websecure, fed with labels; log lines are kept.</summary>
internal sealed class TestCompiler : ILogger<SnapshotCompiler>, IDisposable
{
    private readonly CompilerStage _stage;

    public TestCompiler(IReadOnlyDictionary<string, EntryPointModel>? models = null, params string[] resolvers) =>
        _stage = new CompilerStage(
            ["web", "websecure"], ["web", "websecure"], new OwnEntryPoints(static () => []), this, resolvers, [.. models?.Values ?? []]);

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>A message of a provider; the router r comes from job <c>job-of-r</c>.</summary>
    public static ProviderMessage Message(string provider, params string[] labels) =>
        new(provider, TagDecoder.Decode(labels, "traefik").Configuration, [])
        {
            OriginOf = (kind, name, option) => new($"job-of-{name}", $"provider {provider}, job job-of-{name}, tag traefik.{kind}.{name}.{option}"),
        };

    public GatewaySnapshot Compile(params ProviderMessage[] messages) => _stage.Compiler.Compile(messages);

    public void Dispose() => _stage.Dispose();

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
