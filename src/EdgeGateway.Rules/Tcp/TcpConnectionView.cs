using System.Net;

namespace EdgeGateway.Rules.Tcp;

/// <summary>What a TCP rule sees of a connection: its first bytes are read, nothing is terminated yet.</summary>
/// <param name="ServerName">SNI, trimmed and lower-cased; empty without TLS or without SNI.</param>
/// <param name="PeerAddress">Address of the peer (after PROXY protocol); null when it is unknown.</param>
/// <param name="Protocols">Protocols that the client offered by ALPN; empty without TLS.</param>
public readonly record struct TcpConnectionView(string ServerName, IPAddress? PeerAddress, IReadOnlyList<string> Protocols);
