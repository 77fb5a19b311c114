namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>What tells one series of requests from another.</summary>
/// <param name="Scope">Entry point, router or service.</param>
/// <param name="Name">Its name.</param>
/// <param name="Service">Service of a router; empty otherwise.</param>
/// <param name="Code">Status, or the gRPC status.</param>
/// <param name="Method">Method as metrics name it.</param>
/// <param name="Protocol"><c>http</c>, <c>websocket</c>, <c>sse</c>, <c>grpc</c> or <c>grpc-web</c>.</param>
internal readonly record struct SeriesLabels(MetricScope Scope, string Name, string Service, int Code, string Method, string Protocol);

/// <summary>What tells one series of TLS requests from another.</summary>
/// <param name="Scope">Entry point, router or service.</param>
/// <param name="Name">Its name.</param>
/// <param name="Service">Service of a router; empty otherwise.</param>
/// <param name="Version"><c>1.2</c> or <c>1.3</c>.</param>
/// <param name="Cipher">Cipher suite, its IANA name.</param>
internal readonly record struct TlsLabels(MetricScope Scope, string Name, string Service, string Version, string Cipher);

/// <summary>A series with what the headers of <c>headerLabels</c> said, as labels.</summary>
internal readonly record struct HeaderLabels(SeriesLabels Series, string Text);

/// <summary>A number that any thread adds to.</summary>
internal sealed class Counter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long value = 1) => Interlocked.Add(ref _value, value);
}
