using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>metrics</c> (static-config §2).</summary>
public sealed record MetricsConfig
{
    /// <summary>Metrics for Prometheus to scrape; null = off.</summary>
    public PrometheusConfig? Prometheus { get; init; }

    /// <summary>Whether requests to the gateway's own routers and services are counted. Default false.</summary>
    public bool AddInternals { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<MetricsConfig> Type { get; } = new ObjectType<MetricsConfig>(static () => new())
        .Field("addInternals", ConfigTypes.Bool, static o => o.AddInternals, static (o, v) => o with { AddInternals = v }, description: "Requests to the gateway's own routers and services are counted. Default false.")
        .Field("prometheus", PrometheusConfig.Type, static o => o.Prometheus, static (o, v) => o with { Prometheus = v }, FieldOptions.AllowEmpty, description: "Metrics for Prometheus to scrape; null = off.");
}
