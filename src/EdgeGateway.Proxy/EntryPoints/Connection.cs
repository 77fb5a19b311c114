using System.Net;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>One client socket of a TCP entry point (design decision 3). Requests, log and metrics point to it.</summary>
public sealed class Connection
{
    /// <summary>Name of the entry point that accepted it.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>Peer, IPv4-mapped addresses unwrapped; the source named by the PROXY protocol once that was read.</summary>
    public required IPEndPoint Peer { get; set; }

    /// <summary>Our side of the socket, IPv4-mapped addresses unwrapped.</summary>
    public required IPEndPoint Local { get; set; }

    /// <summary>True when TLS is terminated here.</summary>
    public bool IsTls { get; set; }

    /// <summary>Name in the ClientHello, lower case; null without TLS or SNI.</summary>
    public string? Sni { get; set; }

    /// <summary>Peer address as text, made once per connection for forwarded headers and the access log.</summary>
    public string PeerAddressText => field ??= Peer.Address.ToString();
}
