using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>serversTransport</c>: the part of the dynamic record that can be set for all servers at once (static-config §2.9).</summary>
internal static class StaticServersTransport
{
    // static-config §1.1: set before any source is read, so that an explicit 0 stays 0.
    private const long DefaultIdleConnections = 200;

    /// <summary>The record with Traefik's preset.</summary>
    public static ServersTransportConfig Default { get; } = new() { MaxIdleConnsPerHost = DefaultIdleConnections };

    /// <summary>How it is read.</summary>
    public static ObjectType<ServersTransportConfig> Type { get; } = new ObjectType<ServersTransportConfig>(static () => Default)
        .Field(
            "insecureSkipVerify", ConfigTypes.Bool, static o => o.InsecureSkipVerify, static (o, v) => o with { InsecureSkipVerify = v },
            description: "The certificates of servers are not verified.")
        .Field(
            "rootCAs", ConfigTypes.CommaList, static o => o.RootCAs, static (o, v) => o with { RootCAs = v },
            description: "Trusted roots, each a path or PEM text; empty = the system's.")
        .Field(
            "maxIdleConnsPerHost", ConfigTypes.Long, static o => o.MaxIdleConnsPerHost, static (o, v) => o with { MaxIdleConnsPerHost = v },
            description: "Idle connections kept per server; 0 = 2, negative = none.")
        .Field(
            "forwardingTimeouts", Timeouts, static o => o.ForwardingTimeouts, static (o, v) => o with { ForwardingTimeouts = v },
            description: "Time limits towards servers.");

    private static ObjectType<ForwardingTimeoutsConfig> Timeouts => new ObjectType<ForwardingTimeoutsConfig>(static () => new())
        .Field(
            "dialTimeout", ConfigTypes.Duration, static o => o.DialTimeout, static (o, v) => o with { DialTimeout = v },
            description: "Connecting; 0 = no limit.")
        .Field(
            "responseHeaderTimeout", ConfigTypes.Duration, static o => o.ResponseHeaderTimeout,
            static (o, v) => o with { ResponseHeaderTimeout = v }, description: "From the request's end to the response head; 0 = no limit.")
        .Field(
            "idleConnTimeout", ConfigTypes.Duration, static o => o.IdleConnTimeout, static (o, v) => o with { IdleConnTimeout = v },
            description: "An idle connection is closed after it.");
}
