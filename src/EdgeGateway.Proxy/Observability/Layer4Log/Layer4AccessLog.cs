using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Observability.AccessLog;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>
/// A line for each TCP connection that did not become HTTP's, and for each UDP session, when it has ended. A line is built on the stack (in
/// a rented buffer when it is long) and allocates nothing.
/// </summary>
/// <param name="writer">Takes the lines.</param>
/// <param name="format">As the user gave it.</param>
/// <param name="time">Clock.</param>
public sealed class Layer4AccessLog(BoundedLineWriter writer, Layer4LogFormat format, TimeProvider time)
{
    // The JSON of a TLS connection has about 700 bytes; longer ones rent.
    private const int UsualLength = 1024;

    /// <summary>Lines that were dropped.</summary>
    public long Dropped => writer.Dropped;

    /// <summary>A TCP connection.</summary>
    /// <param name="connection">The connection; how it ended stands there.</param>
    /// <param name="hello">Its ClientHello, as far as one was read.</param>
    /// <param name="router">The router that took it; null = none.</param>
    /// <param name="outcome">What became of it there.</param>
    internal void Log(Connection connection, in ClientHello hello, TcpRouterModel? router, in TcpOutcome outcome)
    {
        var relay = outcome.Relay;
        Log(new()
        {
            Time = time.GetLocalNow(),
            Id = connection.Id,
            EntryPoint = connection.EntryPoint,
            Client = connection.Peer,
            ProxyPeer = connection.ProxyPeer,
            Local = connection.Local,
            ServerName = connection.Sni,
            OfferedProtocols = hello.Protocols,
            Protocol = connection.Alpn,
            TlsVersion = connection.TlsVersion,
            TlsCipher = connection.TlsVersion == 0 ? null : connection.TlsCipher,
            Router = router?.Name,
            Service = outcome.Service ?? router?.Service.Name,
            Failed = outcome.Failed,
            Server = outcome.Server,
            ConnectTime = outcome.ConnectTime,
            SessionTime = time.GetElapsedTime(connection.AcceptedTimestamp),
            FromClient = relay?.FromClient ?? connection.BytesRead - connection.ProxyHeaderLength,
            ToClient = relay?.ToClient ?? connection.BytesWritten,
            ToServer = outcome.ProxyHeader + (relay?.ToServer ?? 0),
            FromServer = relay?.FromServer ?? 0,
            SocketRead = connection.BytesRead,
            SocketWritten = connection.BytesWritten,
            End = connection.End,
        });
    }

    /// <summary>A UDP session.</summary>
    /// <param name="entryPoint">Name of the entry point.</param>
    /// <param name="session">The session.</param>
    internal void Log(string entryPoint, UdpSession session) => Log(new()
    {
        Time = time.GetLocalNow(),
        Id = "",
        IsUdp = true,
        EntryPoint = entryPoint,
        Client = session.ClientEndPoint(),
        Local = session.Listener.LocalAddress,
        OfferedProtocols = [],
        Router = session.Router.Name,
        Service = session.Router.Service.Name,
        Failed = session.IsConnected ? null : [session.Server],
        Server = session.IsConnected ? session.Server : null,
        ConnectTime = session.ConnectTime,
        SessionTime = time.GetElapsedTime(session.Started),
        FromClient = session.FromClient,
        ToClient = session.FromServer,
        ToServer = session.ToServer,
        FromServer = session.FromServer,
        SocketRead = session.FromClient,
        SocketWritten = session.FromServer,
        End = session.End,
    });

    /// <summary>Queues the line.</summary>
    internal void Log(in Layer4Record record)
    {
        var line = new Utf8Line(stackalloc byte[UsualLength]);
        if (format.IsJson)
        {
            Layer4Json.Build(record, ref line);
        }
        else
        {
            Layer4Text.Build(record, format.Segments, ref line);
        }

        writer.Write(line.Written);
        line.Dispose();
    }
}
