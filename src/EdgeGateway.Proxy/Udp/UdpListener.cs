using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.Udp;

/// <summary>One local address of a UDP entry point: datagrams come in here, and answers leave from here.</summary>
internal sealed class UdpListener(Socket socket) : IDisposable
{
    /// <summary>Largest datagram, rounded up; larger ones do not exist.</summary>
    public const int LargestDatagram = 65536;

    /// <summary>Where it is bound.</summary>
    public IPEndPoint LocalEndPoint { get; } = (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>The same for people: an IPv4 address as such.</summary>
    public IPEndPoint LocalAddress { get; } = Plain((IPEndPoint)socket.LocalEndPoint!);

    /// <summary>The socket.</summary>
    public Socket Socket => socket;

    /// <summary>True when it takes datagrams for several addresses: their answers would leave from whichever the kernel likes.</summary>
    public bool IsWildcard => LocalEndPoint.Address.Equals(IPAddress.IPv6Any) || LocalEndPoint.Address.Equals(IPAddress.Any);

    /// <summary>
    /// Sends an answer. One that cannot be sent at once is lost, as datagrams are: no route, too large for it, no room in the socket.
    /// </summary>
    /// <remarks>
    /// Sessions send at the same time. <c>SendToAsync</c> with a <see cref="SocketAddress"/> is not made for that: it clears the address in
    /// an object that it has already handed on (.NET 10), and the process ends.
    /// </remarks>
    public void Send(ReadOnlySpan<byte> datagram, SocketAddress client)
    {
        try
        {
            socket.SendTo(datagram, SocketFlags.None, client);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As said; or the entry point is closed.
        }
    }

    /// <inheritdoc />
    public void Dispose() => socket.Dispose();

    /// <summary>An IPv4 address that came in the form of IPv6 as what it is.</summary>
    public static IPEndPoint Plain(IPEndPoint address) =>
        address.Address.IsIPv4MappedToIPv6 ? new(address.Address.MapToIPv4(), address.Port) : address;
}
