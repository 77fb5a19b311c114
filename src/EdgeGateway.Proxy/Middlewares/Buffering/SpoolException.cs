namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>A temporary file cannot be made, written or read: the gateway's fault, never the client's or the server's.</summary>
internal sealed class SpoolException(Exception cause) : Exception(cause.Message, cause);
