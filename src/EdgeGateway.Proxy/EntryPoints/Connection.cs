using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>One client socket of a TCP entry point (design decision 3). Requests, log and metrics point to it.</summary>
public sealed class Connection
{
    private Socket? _socket;
    private long _received;
    private long _sent;
    private int _requests;

    /// <summary>Name of the entry point that accepted it.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>Peer, IPv4-mapped addresses unwrapped; the source named by the PROXY protocol once that was read.</summary>
    public required IPEndPoint Peer { get; set; }

    /// <summary>Our side of the socket, IPv4-mapped addresses unwrapped.</summary>
    public required IPEndPoint Local { get; set; }

    /// <summary>When it was accepted, <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Accepted { get; init; }

    /// <summary>True when TLS is terminated here.</summary>
    public bool IsTls { get; set; }

    /// <summary>Name in the ClientHello, lower case; null without TLS or SNI.</summary>
    public string? Sni { get; set; }

    /// <summary>Protocol chosen by ALPN: <c>h2</c>, <c>http/1.1</c>; null without TLS or ALPN.</summary>
    public string? Alpn { get; set; }

    /// <summary>TLS version in use; none without TLS.</summary>
    public SslProtocols TlsVersion { get; set; }

    /// <summary>Who the peer is, when somebody looked it up.</summary>
    public object? Identity { get; set; }

    /// <summary>How it ended; <see cref="ConnectionEnd.Open"/> while it lasts.</summary>
    public ConnectionEnd End { get; private set; }

    /// <summary>Bytes received on the socket, TLS records included.</summary>
    public long BytesReceived => Volatile.Read(ref _received);

    /// <summary>Bytes sent on the socket, TLS records included.</summary>
    public long BytesSent => Volatile.Read(ref _sent);

    /// <summary>Peer address as text, made once per connection for forwarded headers and the access log.</summary>
    public string PeerAddressText => field ??= Peer.Address.ToString();

    internal void Attach(Socket socket) => _socket = socket;

    /// <summary>Requests begun on it, the one that calls included. Only called by the request that begins.</summary>
    internal int CountRequest() => Interlocked.Increment(ref _requests);

    // One reader and one writer at a time: no interlocked operation is needed, only that other threads see whole numbers.
    internal void CountReceived(int bytes) => Volatile.Write(ref _received, _received + bytes);

    internal void CountSent(int bytes) => Volatile.Write(ref _sent, _sent + bytes);

    /// <summary>Notes how it ended; the first cause counts.</summary>
    internal void Ended(ConnectionEnd end)
    {
        if (End == ConnectionEnd.Open)
        {
            End = end;
        }
    }

    /// <summary>Resets the connection: the peer sees an error, never a clean end.</summary>
    public void Abort()
    {
        Ended(ConnectionEnd.Aborted);
        if (_socket is { } socket)
        {
            // Lingering for zero seconds makes the kernel send a reset instead of a FIN.
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }

            socket.Dispose();
        }
    }
}

/// <summary>How a connection ended.</summary>
public enum ConnectionEnd
{
    /// <summary>It lasts.</summary>
    Open,

    /// <summary>We closed it after its last answer.</summary>
    Closed,

    /// <summary>The peer closed its sending side or the whole connection.</summary>
    PeerClosed,

    /// <summary>The peer reset it, or the network failed.</summary>
    Reset,

    /// <summary>It said nothing in time.</summary>
    TimedOut,

    /// <summary>The TLS handshake failed.</summary>
    HandshakeFailed,

    /// <summary>We reset it.</summary>
    Aborted,
}
