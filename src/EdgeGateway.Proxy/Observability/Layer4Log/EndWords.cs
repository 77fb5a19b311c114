using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>An end in the words of the log. Statuses are those of nginx's stream module for the same case.</summary>
internal static class EndWords
{
    /// <summary>200, or why nothing was relayed.</summary>
    public static int Status(ConnectionEnd end) => end switch
    {
        ConnectionEnd.BadOpening => 400,
        ConnectionEnd.Refused => 403,
        ConnectionEnd.TooMany => 503,
        ConnectionEnd.NoServer or ConnectionEnd.NoRoute => 502,
        ConnectionEnd.HandshakeFailed or ConnectionEnd.HandshakeTimeout or ConnectionEnd.Open => 500, // Open: a fault of ours
        _ => 200,
    };

    /// <summary>client, server or gateway.</summary>
    public static ReadOnlySpan<byte> By(ConnectionEnd end) => end switch
    {
        ConnectionEnd.ClientClosed or ConnectionEnd.ClientReset => "client"u8,
        ConnectionEnd.ServerClosed or ConnectionEnd.ServerReset => "server"u8,
        _ => "gateway"u8,
    };

    /// <summary>How, in a word.</summary>
    public static ReadOnlySpan<byte> How(ConnectionEnd end) => end switch
    {
        ConnectionEnd.ClientClosed or ConnectionEnd.ServerClosed or ConnectionEnd.GatewayClosed => "closed"u8,
        ConnectionEnd.ClientReset or ConnectionEnd.ServerReset => "reset"u8,
        ConnectionEnd.Aborted => "cut"u8,
        ConnectionEnd.OpeningTimeout => "openingTimeout"u8,
        ConnectionEnd.HandshakeFailed => "handshakeFailed"u8,
        ConnectionEnd.HandshakeTimeout => "handshakeTimeout"u8,
        ConnectionEnd.BadOpening => "badOpening"u8,
        ConnectionEnd.NoRoute => "noRoute"u8,
        ConnectionEnd.Refused => "refused"u8,
        ConnectionEnd.TooMany => "tooMany"u8,
        ConnectionEnd.NoServer => "noServer"u8,
        ConnectionEnd.TerminationDelay => "terminationDelay"u8,
        ConnectionEnd.IdleTimeout => "idleTimeout"u8,
        ConnectionEnd.SessionTimeout => "sessionTimeout"u8,
        ConnectionEnd.Evicted => "evicted"u8,
        _ => "fault"u8,
    };
}
