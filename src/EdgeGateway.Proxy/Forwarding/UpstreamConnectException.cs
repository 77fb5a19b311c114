namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Why no connection to a server could be made, in the terms of the attempt loop.</summary>
public sealed class UpstreamConnectException(AttemptResult result, string message, Exception? inner) : IOException(message, inner)
{
    /// <summary><see cref="AttemptResult.ConnectFailed"/>, <see cref="AttemptResult.ConnectTimedOut"/> or <see cref="AttemptResult.Unusable"/>.</summary>
    public AttemptResult Result { get; } = result;
}
