using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Testbed;

/// <summary>
/// Ports for programs that are told theirs when they start. They lie below those that the system gives out by itself (ip_local_port_range), so
/// that neither a connection nor another test's listener takes one in the time until the program listens, and no two callers get the same.
/// </summary>
public static class Ports
{
    private const int First = 10_240;
    private const int Count = 20_480;

    // Each process begins elsewhere: programs of one that has just ended may still hold theirs.
    private static int _next = Environment.ProcessId * 61;

    /// <summary>A port at which nothing listens, over TCP and over UDP.</summary>
    public static int Free()
    {
        var any = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            try
            {
                using var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
                tcp.Bind(new IPEndPoint(any, port));
                using var udp = new Socket(SocketType.Dgram, ProtocolType.Udp);
                udp.Bind(new IPEndPoint(any, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one.
            }
        }

        throw new InvalidOperationException($"no port between {First} and {First + Count - 1} is free");
    }
}
