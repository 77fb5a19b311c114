using System.Net;
using System.Net.Sockets;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Udp;

/// <summary>Opens the sockets of a UDP entry point.</summary>
internal static class UdpSockets
{
    private const int SolSocket = 1; // <asm-generic/socket.h>
    private const int SoReuseAddress = 2;
    private const int SoReusePort = 15;

    /// <summary>The socket of the address as configured; no host = all addresses of both families.</summary>
    /// <exception cref="SocketException">In use, not ours, not permitted.</exception>
    public static Socket Open(EntryPointAddress address, bool reusePort)
    {
        SocketException? failure = null;
        foreach (var candidate in address.Resolve())
        {
            var ip = candidate.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : candidate;
            try
            {
                return Bind(new IPEndPoint(ip, address.Port), reusePort ? SoReusePort : 0);
            }
            catch (SocketException error)
            {
                failure = error;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>
    /// A further socket on one address of a port that <paramref name="any"/> holds for all. The kernel gives it the datagrams for that
    /// address, and what it sends leaves from there. Sharing is on for this moment only: nobody else can join in.
    /// </summary>
    /// <exception cref="SocketException">Not an address that can be bound (broadcast, gone), or not permitted.</exception>
    public static Socket OpenBeside(Socket any, IPEndPoint address)
    {
        Share(any, SoReuseAddress, on: true);
        try
        {
            return Bind(address, SoReuseAddress);
        }
        finally
        {
            Share(any, SoReuseAddress, on: false);
        }
    }

    private static Socket Bind(IPEndPoint address, int share)
    {
        // Answers are sent without waiting: no thread stands still for a socket that is full.
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            }

            if (share != 0)
            {
                Share(socket, share, on: true);
            }

            socket.Bind(address);
            if (share == SoReuseAddress)
            {
                Share(socket, share, on: false);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Share(Socket socket, int option, bool on)
    {
        Span<byte> value = [on ? (byte)1 : (byte)0, 0, 0, 0];
        socket.SetRawSocketOption(SolSocket, option, value);
    }
}
