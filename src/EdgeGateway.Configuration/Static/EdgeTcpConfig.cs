using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>edge.tcp</c>: limits of connections that TCP routers took. Traefik has none, nginx closes after ten idle minutes (<c>proxy_timeout</c>).</summary>
public sealed record EdgeTcpConfig
{
    /// <summary>A connection without a byte either way for so long is closed, a second later at most; 0 (the default) = never.</summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>A connection is closed after so long, whatever it does; 0 (the default) = never.</summary>
    public TimeSpan SessionTimeout { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EdgeTcpConfig> Type { get; } = new ObjectType<EdgeTcpConfig>(static () => new())
        .Field("idleTimeout", ConfigTypes.Duration, static o => o.IdleTimeout, static (o, v) => o with { IdleTimeout = v }, description: "A TCP connection without a byte either way for so long is closed; 0 (the default) = never.")
        .Field("sessionTimeout", ConfigTypes.Duration, static o => o.SessionTimeout, static (o, v) => o with { SessionTimeout = v }, description: "A TCP connection is closed after so long; 0 (the default) = never.");
}
