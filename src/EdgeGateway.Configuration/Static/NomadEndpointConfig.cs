using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>providers.nomad.endpoint</c> (static-config §2).</summary>
public sealed record NomadEndpointConfig
{
    /// <summary>URL, or a comma list ranked by health.</summary>
    public string? Address { get; init; }

    /// <summary>Region of the reads.</summary>
    public string? Region { get; init; }

    /// <summary>ACL token; never logged.</summary>
    public string? Token { get; init; }

    /// <summary>Longest wait of a blocking read; 0 = ours.</summary>
    public TimeSpan EndpointWaitTime { get; init; }

    /// <summary>TLS to Nomad.</summary>
    public ClientTlsConfig? Tls { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<NomadEndpointConfig> Type { get; } = new ObjectType<NomadEndpointConfig>(static () => new())
        .Field("address", ConfigTypes.String, static o => o.Address, static (o, v) => o with { Address = v }, description: "URL, or a comma list ranked by health.")
        .Field("region", ConfigTypes.String, static o => o.Region, static (o, v) => o with { Region = v }, description: "Region of the reads.")
        .Field("token", ConfigTypes.String, static o => o.Token, static (o, v) => o with { Token = v }, description: "ACL token; never logged.")
        .Field("endpointWaitTime", ConfigTypes.Duration, static o => o.EndpointWaitTime, static (o, v) => o with { EndpointWaitTime = v }, description: "Longest wait of a blocking read; 0 = ours.")
        .Field("tls", ClientTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v }, description: "TLS to Nomad.");
}
