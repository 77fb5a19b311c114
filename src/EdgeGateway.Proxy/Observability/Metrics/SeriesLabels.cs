namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>What tells one series of requests from another.</summary>
/// <param name="Scope">Entry point, router or service.</param>
/// <param name="Name">Its name.</param>
/// <param name="Service">Service of a router; empty otherwise.</param>
/// <param name="Code">Status, or the gRPC status.</param>
/// <param name="Method">Method as metrics name it.</param>
/// <param name="Protocol"><c>http</c>, <c>websocket</c>, <c>sse</c>, <c>grpc</c> or <c>grpc-web</c>.</param>
internal readonly record struct SeriesLabels(MetricScope Scope, string Name, string Service, int Code, string Method, string Protocol);
