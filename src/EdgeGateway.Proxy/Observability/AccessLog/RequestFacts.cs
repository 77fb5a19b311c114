namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>What is computed of a finished request for any format.</summary>
/// <param name="ClientHost">The X-Forwarded-For that was believed, else the peer's address.</param>
/// <param name="ForwardedFor">That header as the client sent it; empty when there was none.</param>
/// <param name="Path">Target as received, without its query where that is not kept.</param>
/// <param name="Protocol">Such as <c>HTTP/1.1</c>, <c>HTTP/2.0</c>.</param>
/// <param name="Status">Status sent to the client; 0 after an upgrade.</param>
/// <param name="Size">Body bytes sent to the client.</param>
/// <param name="OriginStatus">Status of the service; 0 when none was called.</param>
/// <param name="OriginSize">Body bytes of the service's answer.</param>
/// <param name="RequestSize">Body bytes received.</param>
/// <param name="Count">Number of the request since the start.</param>
/// <param name="Start">When it began, in UTC.</param>
/// <param name="Duration">From its begin to its end.</param>
internal readonly record struct RequestFacts(
    string ClientHost, string ForwardedFor, string Path, string Protocol, int Status, long Size, int OriginStatus, long OriginSize, long RequestSize,
    long Count, DateTimeOffset Start, TimeSpan Duration);
