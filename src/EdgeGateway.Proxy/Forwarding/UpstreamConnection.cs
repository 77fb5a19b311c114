using System.Net.Sockets;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>A connection to a server that its address knows of, so that the server's removal can close it (design decision 10).</summary>
internal sealed class UpstreamConnection : NetworkStream
{
    private readonly ServerAddress _address;

    public UpstreamConnection(Socket socket, ServerAddress address)
        : base(socket, ownsSocket: true)
    {
        _address = address;
        address.Add(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _address.Remove(this);
        }

        base.Dispose(disposing);
    }
}
