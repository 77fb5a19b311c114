namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>What tells one series of TLS requests from another.</summary>
/// <param name="Scope">Entry point, router or service.</param>
/// <param name="Name">Its name.</param>
/// <param name="Service">Service of a router; empty otherwise.</param>
/// <param name="Version"><c>1.2</c> or <c>1.3</c>.</param>
/// <param name="Cipher">Cipher suite, its IANA name.</param>
internal readonly record struct TlsLabels(MetricScope Scope, string Name, string Service, string Version, string Cipher);
