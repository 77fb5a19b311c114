namespace EdgeGateway.Proxy.Forwarding;

/// <summary>A connection to a server ended after a request went out and before the first byte of its answer came.</summary>
/// <param name="reused">True: the connection had carried requests before, so it may have idled to death.</param>
/// <param name="inner">How it ended; null for an orderly close.</param>
internal sealed class UpstreamClosedException(bool reused, Exception? inner) : IOException("the server closed the connection before it answered", inner)
{
    /// <summary>True: the connection had carried requests before, so it may have idled to death.</summary>
    public bool Reused { get; } = reused;
}
