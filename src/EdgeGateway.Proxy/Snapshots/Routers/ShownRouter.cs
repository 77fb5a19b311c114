using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>A router as the API shows it.</summary>
internal static class ShownRouter
{
    private static readonly RouterObservabilityConfig Observed = new() { AccessLogs = true, Metrics = true, Tracing = true, TraceVerbosity = "minimal" };

    /// <summary>Middlewares and parents qualified, priority resolved, gaps of observability filled, which a child has not.</summary>
    public static HttpRouterConfig Of(HttpRouterConfig config, string provider, long priority, RouterPlace? place = null) => config with
    {
        ParentRefs = place?.ParentRefs ?? config.ParentRefs,
        Middlewares = config.Middlewares.Count == 0
            ? config.Middlewares
            : config.Middlewares.Select(m => QualifiedName.Resolve(m, provider).ToString()).ToConfigList(),
        Priority = priority != 0 ? priority : config.Priority,
        Observability = place is { IsChild: true } ? config.Observability : config.Observability is null ? Observed : new()
        {
            AccessLogs = config.Observability.AccessLogs ?? true,
            Metrics = config.Observability.Metrics ?? true,
            Tracing = config.Observability.Tracing ?? true,
            TraceVerbosity = config.Observability.TraceVerbosity is { Length: > 0 } verbosity ? verbosity : "minimal",
        },
    };

    /// <summary>The service that it names; null when it names none.</summary>
    public static QualifiedName? Service(HttpRouterConfig config, string provider) =>
        string.IsNullOrEmpty(config.Service) ? null : QualifiedName.Resolve(config.Service, provider);
}
