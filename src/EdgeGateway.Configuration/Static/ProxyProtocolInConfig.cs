using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>entryPoints.&lt;name&gt;.proxyProtocol</c>: a PROXY header (v1 or v2) may stand before everything else.</summary>
public sealed record ProxyProtocolInConfig
{
    /// <summary>Believe everybody. Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary>Believe these addresses and networks; the header of others is read, its addresses do not count.</summary>
    public ConfigList<string> TrustedIPs { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ProxyProtocolInConfig> Type { get; } = new ObjectType<ProxyProtocolInConfig>(static () => new())
        .Field("insecure", ConfigTypes.Bool, static o => o.Insecure, static (o, v) => o with { Insecure = v }, description: "Believe everybody. Default false.")
        .Field("trustedIPs", ConfigTypes.CommaList, static o => o.TrustedIPs, static (o, v) => o with { TrustedIPs = v }, description: "Believe these addresses and networks; the header of others is read, its addresses do not count.");
}
