using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>TLS towards a helper server; certificates as path or PEM.</summary>
public sealed record ClientTlsConfig
{
    /// <summary>Trusted roots.</summary>
    public string? Ca { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public bool? CaOptional { get; init; }

    /// <summary>Client certificate.</summary>
    public string? Cert { get; init; }

    /// <summary>Its key.</summary>
    public string? Key { get; init; }

    /// <summary>True: the server's certificate is not verified.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ClientTlsConfig> Type { get; } = new ObjectType<ClientTlsConfig>(static () => new())
        .Field("ca", ConfigTypes.String, static o => o.Ca, static (o, v) => o with { Ca = v })
        .Field("caOptional", ConfigTypes.OptionalBool, static o => o.CaOptional, static (o, v) => o with { CaOptional = v })
        .Field("cert", ConfigTypes.String, static o => o.Cert, static (o, v) => o with { Cert = v })
        .Field("key", ConfigTypes.String, static o => o.Key, static (o, v) => o with { Key = v })
        .Field("insecureSkipVerify", ConfigTypes.Bool, static o => o.InsecureSkipVerify, static (o, v) => o with { InsecureSkipVerify = v });
}
