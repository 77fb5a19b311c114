using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>Opens the socket of an entry point. It listens from then on; clients wait in the backlog until somebody accepts.</summary>
internal static class ListenSocket
{
    private const int SolSocket = 1; // <asm-generic/socket.h>
    private const int SoReusePort = 15;
    private const int Backlog = 4096; // the kernel caps it at net.core.somaxconn
    private const int KeepAliveSeconds = 180; // Traefik: 3 minutes

    /// <summary>Binds and listens.</summary>
    /// <exception cref="SocketException">In use, not ours, not permitted.</exception>
    public static Socket Open(EntryPointAddress address, bool reusePort)
    {
        SocketException? failure = null;
        foreach (var candidate in address.Resolve())
        {
            try
            {
                return Open(candidate, address.Port, reusePort);
            }
            catch (SocketException error)
            {
                failure = error;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static Socket Open(IPAddress address, int port, bool reusePort)
    {
        // No host: one socket for both families; without IPv6 in the kernel, IPv4 alone.
        var any = address.Equals(IPAddress.IPv6Any);
        if (any && !Socket.OSSupportsIPv6)
        {
            address = IPAddress.Any;
        }

        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = any;
            }

            if (reusePort)
            {
                Span<byte> on = [1, 0, 0, 0];
                socket.SetRawSocketOption(SolSocket, SoReusePort, on);
            }

            // Linux hands these on to every accepted socket: set once, no calls per connection.
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException) when (any && address.Equals(IPAddress.IPv6Any) && socket.IsBound == false && !CanBindV6())
        {
            socket.Dispose();
            return Open(IPAddress.Any, port, reusePort);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // IPv6 may be compiled in and switched off (net.ipv6.conf.all.disable_ipv6): told apart from a port in use.
    private static bool CanBindV6()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
