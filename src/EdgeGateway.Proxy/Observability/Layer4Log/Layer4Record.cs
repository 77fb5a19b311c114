using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>One TCP connection or UDP session that has ended.</summary>
internal readonly struct Layer4Record
{
    /// <summary>When it ended, in the machine's time zone.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Its number.</summary>
    public required string Id { get; init; }

    /// <summary>True for UDP.</summary>
    public bool IsUdp { get; init; }

    /// <summary>Name of the entry point.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>The client, after PROXY protocol.</summary>
    public required IPEndPoint Client { get; init; }

    /// <summary>The socket's peer where the PROXY protocol named another client; else null.</summary>
    public IPEndPoint? ProxyPeer { get; init; }

    /// <summary>Our side, after PROXY protocol.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Server name of the ClientHello; null = none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Protocols that the ClientHello offers.</summary>
    public string[] OfferedProtocols { get; init; }

    /// <summary>Protocol chosen in our handshake; null = none.</summary>
    public string? Protocol { get; init; }

    /// <summary>TLS version of our handshake.</summary>
    public SslProtocols TlsVersion { get; init; }

    /// <summary>Cipher suite of our handshake; null = none.</summary>
    public TlsCipherSuite? TlsCipher { get; init; }

    /// <summary>Qualified name; null = no router took it.</summary>
    public string? Router { get; init; }

    /// <summary>Qualified name; null = none.</summary>
    public string? Service { get; init; }

    /// <summary>Servers that could not be connected, in order; null = none.</summary>
    public List<Layer4Server>? Failed { get; init; }

    /// <summary>The server that was connected; null = none.</summary>
    public Layer4Server? Server { get; init; }

    /// <summary>How long that took.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>From accept to end.</summary>
    public required TimeSpan SessionTime { get; init; }

    /// <summary>Data of the client, without a TLS that ends here.</summary>
    public required long FromClient { get; init; }

    /// <summary>Data to the client, without a TLS that ends here.</summary>
    public required long ToClient { get; init; }

    /// <summary>Data to the server, PROXY header included.</summary>
    public long ToServer { get; init; }

    /// <summary>Data of the server.</summary>
    public long FromServer { get; init; }

    /// <summary>Bytes of the client's socket.</summary>
    public required long SocketRead { get; init; }

    /// <inheritdoc cref="SocketRead" />
    public required long SocketWritten { get; init; }

    /// <summary>How it ended.</summary>
    public required ConnectionEnd End { get; init; }
}
