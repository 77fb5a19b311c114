namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>A series with what the headers of <c>headerLabels</c> said, as labels.</summary>
internal readonly record struct HeaderLabels(SeriesLabels Series, string Text);
