using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Pipeline;

internal static partial class GatewayHandlerLog
{
    [LoggerMessage(1, LogLevel.Error, "EG-PANIC a request failed inside the gateway: router {Router}, {Method} {Host}")]
    public static partial void Fault(ILogger logger, Exception fault, string? router, string method, string host);
}
