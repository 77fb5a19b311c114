namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>What a series is about.</summary>
internal enum MetricScope
{
    /// <summary>An entry point.</summary>
    EntryPoint,

    /// <summary>A router.</summary>
    Router,

    /// <summary>A service.</summary>
    Service,
}
