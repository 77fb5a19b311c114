using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What an entry point gives to the routers on it (dynamic-config §3.4).</summary>
/// <param name="EntryPoint">Entry point name.</param>
/// <param name="Middlewares">In front of the router's; qualified.</param>
/// <param name="Tls">TLS of routers that have none.</param>
public sealed record EntryPointModel(string EntryPoint, ConfigList<string> Middlewares, RouterTlsConfig? Tls)
{
    /// <summary>What is recorded, field by field, where the router says nothing; null = everything.</summary>
    public RouterObservabilityConfig? Observability { get; init; }

    /// <summary>Rule syntax of routers that name none and have no default rule; null = v3.</summary>
    public string? RuleSyntax { get; init; }

    /// <summary>The model of an entry point, or null when it gives nothing.</summary>
    /// <param name="name">Name of the entry point.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="ruleSyntax"><c>core.defaultRuleSyntax</c>: set, it gives every entry point a model, as in Traefik.</param>
    public static EntryPointModel? Of(string name, EntryPointConfig config, string? ruleSyntax = null) =>
        config.Http.Middlewares.Count > 0 || config.Http.Tls is not null || config.Http.EncodedCharacters is not null
            || config.Observability is not null || !string.IsNullOrEmpty(ruleSyntax)
            ? new(name, config.Http.Middlewares, config.Http.Tls)
            {
                Observability = config.Observability?.ForRouters(),
                RuleSyntax = string.IsNullOrEmpty(ruleSyntax) ? null : ruleSyntax,
            }
            : null;

    /// <summary>
    /// The routers that one router becomes: a router with several entry points is split off for each that has a model
    /// (<c>entryPoint-name@provider</c>); one with a single entry point keeps its name.
    /// </summary>
    internal static IEnumerable<(string Name, HttpRouterConfig Config)> Apply(
        string name, HttpRouterConfig router, ConfigList<string> entryPoints, IReadOnlyDictionary<string, EntryPointModel> models)
    {
        var without = new List<string>();
        foreach (var entryPoint in entryPoints)
        {
            if (!models.TryGetValue(entryPoint, out var model))
            {
                without.Add(entryPoint);
                continue;
            }

            yield return (
                entryPoints.Count == 1 ? name : $"{entryPoint}-{name}",
                router with
                {
                    EntryPoints = [entryPoint],
                    Tls = router.Tls ?? model.Tls,
                    Middlewares = model.Middlewares.Count == 0 ? router.Middlewares : [.. model.Middlewares, .. router.Middlewares],
                    RuleSyntax = router.DefaultRule || !string.IsNullOrEmpty(router.RuleSyntax) ? router.RuleSyntax : model.RuleSyntax,
                    Observability = Fill(router.Observability, model.Observability),
                });
        }

        if (without.Count > 0)
        {
            yield return (name, router with { EntryPoints = without.ToConfigList() });
        }
    }

    private static RouterObservabilityConfig? Fill(RouterObservabilityConfig? router, RouterObservabilityConfig? model) =>
        router is null || model is null ? router ?? model : new()
        {
            AccessLogs = router.AccessLogs ?? model.AccessLogs,
            Metrics = router.Metrics ?? model.Metrics,
            Tracing = router.Tracing ?? model.Tracing,
            TraceVerbosity = router.TraceVerbosity is { Length: > 0 } verbosity ? verbosity : model.TraceVerbosity,
        };
}
