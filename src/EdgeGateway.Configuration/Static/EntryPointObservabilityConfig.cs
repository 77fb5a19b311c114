using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>entryPoints.&lt;name&gt;.observability</c>: defaults of the routers on the entry point (static-config §2.3).</summary>
public sealed record EntryPointObservabilityConfig
{
    /// <summary>Access log lines. Default true.</summary>
    public bool AccessLogs { get; init; } = true;

    /// <summary>Metrics. Default true.</summary>
    public bool Metrics { get; init; } = true;

    /// <summary>Traces. Default true.</summary>
    public bool Tracing { get; init; } = true;

    /// <summary><c>minimal</c> (default) or <c>detailed</c>.</summary>
    public string? TraceVerbosity { get; init; } = "minimal";

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointObservabilityConfig> Type { get; } = new ObjectType<EntryPointObservabilityConfig>(static () => new())
        .Field("accessLogs", ConfigTypes.Bool, static o => o.AccessLogs, static (o, v) => o with { AccessLogs = v }, description: "Access log lines. Default true.")
        .Field("metrics", ConfigTypes.Bool, static o => o.Metrics, static (o, v) => o with { Metrics = v }, description: "Metrics. Default true.")
        .Field("tracing", ConfigTypes.Bool, static o => o.Tracing, static (o, v) => o with { Tracing = v }, description: "Traces. Default true.")
        .Field("traceVerbosity", ConfigTypes.String, static o => o.TraceVerbosity, static (o, v) => o with { TraceVerbosity = v }, description: "minimal (default) or detailed.");

    /// <summary>The same as a router would say it.</summary>
    public RouterObservabilityConfig ForRouters() => new() { AccessLogs = AccessLogs, Metrics = Metrics, Tracing = Tracing, TraceVerbosity = TraceVerbosity };
}
