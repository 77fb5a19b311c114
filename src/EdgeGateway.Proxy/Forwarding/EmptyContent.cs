using System.Net;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// A body of no bytes. A request with content, even empty, is never sent a second time by the HTTP handler on its own: needed for
/// methods that must not be repeated (RFC 9110 §9.2.2). Also carries the Content-… headers of a request without body.
/// </summary>
internal sealed class EmptyContent : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }
}
