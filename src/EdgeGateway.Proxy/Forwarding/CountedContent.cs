using System.Net;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>A server's body as YARP reads it, with its bytes counted for the access log; YARP itself tells nobody.</summary>
internal sealed class CountedContent(HttpContent inner, ForwardingRecord record) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync() => new CountedStream(await inner.ReadAsStreamAsync(), CountServer);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new CountedStream(await inner.ReadAsStreamAsync(cancellationToken), CountServer);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CountServer(int bytes) => record.ServerBytes += bytes;
}
