namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>One request in the common formats; null = not known, or not kept.</summary>
/// <param name="ClientHost">The X-Forwarded-For that was believed, else the peer's address.</param>
/// <param name="User">User name; null when none.</param>
/// <param name="Start">When it began; shown in its own offset.</param>
/// <param name="Method">Method.</param>
/// <param name="Path">Target as received, with its query.</param>
/// <param name="Protocol">Such as <c>HTTP/1.1</c>.</param>
/// <param name="Status">Status sent to the client; null when none was.</param>
/// <param name="Size">Body bytes sent to the client; null when unknown.</param>
/// <param name="Referer">Referer header; null when it is not kept.</param>
/// <param name="UserAgent">User-Agent header; null when it is not kept.</param>
/// <param name="Count">Number of this request since the start; null when unknown.</param>
/// <param name="Router">Qualified router name; empty when none matched.</param>
/// <param name="ServerUrl">Server that answered; empty when none did.</param>
/// <param name="Duration">From its begin to its end.</param>
public readonly record struct AccessLogEntry(
    string? ClientHost, string? User, DateTimeOffset? Start, string? Method, string? Path, string? Protocol, int? Status, long? Size,
    string? Referer, string? UserAgent, long? Count, string? Router, string? ServerUrl, TimeSpan Duration);
