using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>metrics.prometheus</c> (static-config §2).</summary>
public sealed record PrometheusConfig
{
    /// <summary>Upper bounds of the duration histograms, in seconds, ascending. Default 0.1, 0.3, 1.2, 5.</summary>
    public ConfigList<string> Buckets { get; init; } = ["0.1", "0.3", "1.2", "5"];

    /// <summary>Metrics per entry point. Default true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Metrics per router. Default false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Metrics per service. Default true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>Entry point of the router for /metrics. Default traefik.</summary>
    public string? EntryPoint { get; init; } = "traefik";

    /// <summary>No router is made; prometheus@internal exists all the same.</summary>
    public bool ManualRouting { get; init; }

    /// <summary>Labels of the counters of requests that show a request header: label → header name.</summary>
    public ConfigMap<string> HeaderLabels { get; init; } = ConfigMap<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<PrometheusConfig> Type { get; } = new ObjectType<PrometheusConfig>(static () => new())
        .Field("buckets", ConfigTypes.CommaList, static o => o.Buckets, static (o, v) => o with { Buckets = v }, description: "Upper bounds of the duration histograms, in seconds, ascending. Default 0.1, 0.3, 1.2, 5.")
        .Field("addEntryPointsLabels", ConfigTypes.Bool, static o => o.AddEntryPointsLabels, static (o, v) => o with { AddEntryPointsLabels = v }, description: "Metrics per entry point. Default true.")
        .Field("addRoutersLabels", ConfigTypes.Bool, static o => o.AddRoutersLabels, static (o, v) => o with { AddRoutersLabels = v }, description: "Metrics per router. Default false.")
        .Field("addServicesLabels", ConfigTypes.Bool, static o => o.AddServicesLabels, static (o, v) => o with { AddServicesLabels = v }, description: "Metrics per service. Default true.")
        .Field("entryPoint", ConfigTypes.String, static o => o.EntryPoint, static (o, v) => o with { EntryPoint = v }, description: "Entry point of the router for /metrics. Default traefik.")
        .Field("manualRouting", ConfigTypes.Bool, static o => o.ManualRouting, static (o, v) => o with { ManualRouting = v }, description: "No router is made; prometheus@internal exists all the same.")
        .Field("headerLabels", ConfigTypes.MapOf(ConfigTypes.String), static o => o.HeaderLabels, static (o, v) => o with { HeaderLabels = v }, description: "Labels of the counters of requests that show a request header: label = header name.");
}
