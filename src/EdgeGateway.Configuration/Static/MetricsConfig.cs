using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>metrics</c> (static-config §2).</summary>
public sealed record MetricsConfig
{
    /// <summary>Metrics for Prometheus to scrape; null = off.</summary>
    public PrometheusConfig? Prometheus { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<MetricsConfig> Type { get; } = new ObjectType<MetricsConfig>(static () => new())
        .Field("prometheus", PrometheusConfig.Type, static o => o.Prometheus, static (o, v) => o with { Prometheus = v }, FieldOptions.AllowEmpty, description: "Metrics for Prometheus to scrape; null = off.");
}
