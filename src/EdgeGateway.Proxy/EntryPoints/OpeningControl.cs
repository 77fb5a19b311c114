using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>Controls a connection that the engine does not have yet.</summary>
internal sealed class OpeningControl(Socket socket, Connection connection) : IConnectionControl
{
    public void RequestClose() => Abort(ConnectionEnd.GatewayClosed);

    public void Abort(ConnectionEnd end)
    {
        connection.SetEnd(end);
        socket.Close(0);
    }
}
