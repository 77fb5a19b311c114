using System.Net;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>What Kestrel "listens" on: the protocol is known before a connection reaches it.</summary>
internal sealed class VirtualEndPoint(string name) : EndPoint
{
    /// <summary>Takes HTTP/1.x connections.</summary>
    public static readonly VirtualEndPoint Http1 = new("http1");

    /// <summary>Takes HTTP/2 connections, by ALPN or by prior knowledge.</summary>
    public static readonly VirtualEndPoint Http2 = new("http2");

    /// <inheritdoc />
    public override string ToString() => name;
}
