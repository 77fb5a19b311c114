using System.Net;
using Microsoft.AspNetCore.Connections;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>The transport that Kestrel is given instead of its own sockets: two listeners without a port.</summary>
internal sealed class VirtualListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Connections for HTTP/1.x.</summary>
    public VirtualListener Http1 { get; } = new(VirtualEndPoint.Http1);

    /// <summary>Connections for HTTP/2.</summary>
    public VirtualListener Http2 { get; } = new(VirtualEndPoint.Http2);

    /// <inheritdoc />
    public bool CanBind(EndPoint endpoint) => endpoint is VirtualEndPoint;

    /// <inheritdoc />
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(ReferenceEquals(endpoint, VirtualEndPoint.Http2) ? Http2 : Http1);
}
