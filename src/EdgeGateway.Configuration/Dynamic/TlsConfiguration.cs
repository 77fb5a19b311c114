using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>The <c>tls</c> section.</summary>
public sealed record TlsConfiguration
{
    /// <summary>Certificates. Not settable by tags.</summary>
    public ConfigList<TlsCertificateConfig> Certificates { get; init; } = ConfigList<TlsCertificateConfig>.Empty;

    /// <summary>Sets of TLS options by name. Not settable by tags.</summary>
    public ConfigMap<TlsOptionsConfig> Options { get; init; } = ConfigMap<TlsOptionsConfig>.Empty;

    /// <summary>Certificate stores by name; only <c>default</c> is used for serving.</summary>
    public ConfigMap<TlsStoreConfig> Stores { get; init; } = ConfigMap<TlsStoreConfig>.Empty;

    /// <summary>Nothing at all.</summary>
    public static readonly TlsConfiguration Empty = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TlsConfiguration> Type { get; } = new ObjectType<TlsConfiguration>(static () => new())
        .Field(
            "certificates", ConfigTypes.ElementListOf(TlsCertificateConfig.Type), static o => o.Certificates,
            static (o, v) => o with { Certificates = v }, FieldOptions.NotByTags)
        .Field(
            "options", ConfigTypes.ElementsOf(TlsOptionsConfig.Type), static o => o.Options,
            static (o, v) => o with { Options = v }, FieldOptions.NotByTags)
        .Field("stores", ConfigTypes.ElementsOf(TlsStoreConfig.Type), static o => o.Stores, static (o, v) => o with { Stores = v });
}

/// <summary>A certificate and the stores it belongs to.</summary>
public sealed record TlsCertificateConfig
{
    /// <summary>Certificate chain, path or PEM.</summary>
    public string? CertFile { get; init; }

    /// <summary>Private key, path or PEM.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Store names; empty = <c>default</c>.</summary>
    public ConfigList<string> Stores { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TlsCertificateConfig> Type { get; } = new ObjectType<TlsCertificateConfig>(static () => new())
        .Field("certFile", ConfigTypes.String, static o => o.CertFile, static (o, v) => o with { CertFile = v })
        .Field("keyFile", ConfigTypes.String, static o => o.KeyFile, static (o, v) => o with { KeyFile = v })
        .Field("stores", ConfigTypes.CommaList, static o => o.Stores, static (o, v) => o with { Stores = v });
}

/// <summary>A certificate store.</summary>
public sealed record TlsStoreConfig
{
    /// <summary>Served when no other fits; wins over the generated one. Not settable by tags.</summary>
    public CertificateConfig? DefaultCertificate { get; init; }

    /// <summary>Default certificate from a resolver.</summary>
    public GeneratedCertificateConfig? DefaultGeneratedCert { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TlsStoreConfig> Type { get; } = new ObjectType<TlsStoreConfig>(static () => new())
        .Field(
            "defaultCertificate", CertificateConfig.Type, static o => o.DefaultCertificate,
            static (o, v) => o with { DefaultCertificate = v }, FieldOptions.NotByTags)
        .Field(
            "defaultGeneratedCert", GeneratedCertificateConfig.Type, static o => o.DefaultGeneratedCert,
            static (o, v) => o with { DefaultGeneratedCert = v });
}

/// <summary>A certificate from a resolver; both members are needed.</summary>
public sealed record GeneratedCertificateConfig
{
    /// <summary>Resolver name.</summary>
    public string? Resolver { get; init; }

    /// <summary>Its names.</summary>
    public DomainConfig? Domain { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<GeneratedCertificateConfig> Type { get; } = new ObjectType<GeneratedCertificateConfig>(static () => new())
        .Field("resolver", ConfigTypes.String, static o => o.Resolver, static (o, v) => o with { Resolver = v })
        .Field("domain", DomainConfig.Type, static o => o.Domain, static (o, v) => o with { Domain = v });
}

/// <summary>A set of TLS options. A set of the user's has no <c>minVersion</c> unless given.</summary>
public sealed record TlsOptionsConfig
{
    /// <summary><c>VersionTLS10</c> to <c>VersionTLS13</c>; unknown names are ignored.</summary>
    public string? MinVersion { get; init; }

    /// <summary><c>VersionTLS10</c> to <c>VersionTLS13</c>.</summary>
    public string? MaxVersion { get; init; }

    /// <summary>Names; an unknown one is an error.</summary>
    public ConfigList<string> CipherSuites { get; init; } = ConfigList<string>.Empty;

    /// <summary>Names of curves; an unknown one is an error.</summary>
    public ConfigList<string> CurvePreferences { get; init; } = ConfigList<string>.Empty;

    /// <summary>Client certificates.</summary>
    public ClientAuthConfig ClientAuth { get; init; } = new();

    /// <summary>True: a handshake without a fitting certificate fails.</summary>
    public bool SniStrict { get; init; }

    /// <summary>Protocols offered. Default <c>h2, http/1.1, acme-tls/1</c>.</summary>
    public ConfigList<string> AlpnProtocols { get; init; } = ["h2", "http/1.1", "acme-tls/1"];

    /// <summary>True: no resumption.</summary>
    public bool DisableSessionTickets { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public bool? PreferServerCipherSuites { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TlsOptionsConfig> Type { get; } = new ObjectType<TlsOptionsConfig>(static () => new())
        .Field("minVersion", ConfigTypes.String, static o => o.MinVersion, static (o, v) => o with { MinVersion = v })
        .Field("maxVersion", ConfigTypes.String, static o => o.MaxVersion, static (o, v) => o with { MaxVersion = v })
        .Field("cipherSuites", ConfigTypes.CommaList, static o => o.CipherSuites, static (o, v) => o with { CipherSuites = v })
        .Field("curvePreferences", ConfigTypes.CommaList, static o => o.CurvePreferences, static (o, v) => o with { CurvePreferences = v })
        .Field("clientAuth", ClientAuthConfig.Type, static o => o.ClientAuth, static (o, v) => o with { ClientAuth = v })
        .Field("sniStrict", ConfigTypes.Bool, static o => o.SniStrict, static (o, v) => o with { SniStrict = v })
        .Field("alpnProtocols", ConfigTypes.CommaList, static o => o.AlpnProtocols, static (o, v) => o with { AlpnProtocols = v })
        .Field(
            "disableSessionTickets", ConfigTypes.Bool, static o => o.DisableSessionTickets,
            static (o, v) => o with { DisableSessionTickets = v })
        .Field(
            "preferServerCipherSuites", ConfigTypes.OptionalBool, static o => o.PreferServerCipherSuites,
            static (o, v) => o with { PreferServerCipherSuites = v });
}

/// <summary>Client certificates.</summary>
public sealed record ClientAuthConfig
{
    /// <summary>Roots, path or PEM; a bad one is an error.</summary>
    public ConfigList<string> CaFiles { get; init; } = ConfigList<string>.Empty;

    /// <summary><c>NoClientCert</c>, <c>RequestClientCert</c>, <c>RequireAnyClientCert</c>, <c>VerifyClientCertIfGiven</c> or <c>RequireAndVerifyClientCert</c> (default with roots).</summary>
    public string? ClientAuthType { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ClientAuthConfig> Type { get; } = new ObjectType<ClientAuthConfig>(static () => new())
        .Field("caFiles", ConfigTypes.CommaList, static o => o.CaFiles, static (o, v) => o with { CaFiles = v })
        .Field("clientAuthType", ConfigTypes.String, static o => o.ClientAuthType, static (o, v) => o with { ClientAuthType = v });
}
