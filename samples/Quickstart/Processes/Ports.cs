using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Quickstart.Processes;

/// <summary>Ports that the system picked: several quickstarts and a busy machine must not collide.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
