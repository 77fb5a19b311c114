using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>What became of a connection that a TCP router took, for the access log. How it ended stands in the connection.</summary>
internal struct TcpOutcome
{
    /// <summary>The service that chose the server; null = none was chosen.</summary>
    public string? Service { get; set; }

    /// <summary>Servers that could not be connected, in order; null = none.</summary>
    public List<Layer4Server>? Failed { get; set; }

    /// <summary>The server that was connected; null = none.</summary>
    public Layer4Server? Server { get; set; }

    /// <summary>Time from the begin of the connect to its end, PROXY header and TLS to the server included.</summary>
    public TimeSpan ConnectTime { get; set; }

    /// <summary>Length of the PROXY header that the server got.</summary>
    public int ProxyHeader { get; set; }

    /// <summary>The bytes; null = nothing was relayed.</summary>
    public TcpRelay? Relay { get; set; }
}
