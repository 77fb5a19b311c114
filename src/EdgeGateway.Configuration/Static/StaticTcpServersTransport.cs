using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>tcpServersTransport</c>: the part of the dynamic record that can be set for all TCP servers at once.</summary>
internal static class StaticTcpServersTransport
{
    /// <summary>
    /// The record where nothing is set. The delay after a half-close is unlimited: Traefik does not use its static option at all and
    /// takes 0, which cuts the answer of every server whose client ends its side first.
    /// </summary>
    public static TcpServersTransportConfig Default { get; } = new() { TerminationDelay = Timeout.InfiniteTimeSpan };

    /// <summary>How it is read.</summary>
    public static ObjectType<TcpServersTransportConfig> Type { get; } = new ObjectType<TcpServersTransportConfig>(static () => Default)
        .Field(
            "dialKeepAlive", ConfigTypes.Duration, static o => o.DialKeepAlive, static (o, v) => o with { DialKeepAlive = v },
            description: "TCP keep-alive period towards servers; negative = off.")
        .Field(
            "dialTimeout", ConfigTypes.Duration, static o => o.DialTimeout, static (o, v) => o with { DialTimeout = v },
            description: "Connecting; 0 = no limit.")
        .Field(
            "terminationDelay", ConfigTypes.Duration, static o => o.TerminationDelay, static (o, v) => o with { TerminationDelay = v },
            description: "How long the other direction may go on after one has ended; negative (the default) = for ever.")
        .Field(
            "tls", TlsSettings, static o => o.Tls, static (o, v) => o with { Tls = v }, FieldOptions.AllowEmpty,
            description: "TLS towards servers.");

    private static ObjectType<TcpServersTransportTlsConfig> TlsSettings => new ObjectType<TcpServersTransportTlsConfig>(static () => new())
        .Field(
            "insecureSkipVerify", ConfigTypes.Bool, static o => o.InsecureSkipVerify, static (o, v) => o with { InsecureSkipVerify = v },
            description: "The certificates of servers are not verified.")
        .Field(
            "rootCAs", ConfigTypes.CommaList, static o => o.RootCAs, static (o, v) => o with { RootCAs = v },
            description: "Trusted roots, each a path or PEM text; empty = the system's.");
}
