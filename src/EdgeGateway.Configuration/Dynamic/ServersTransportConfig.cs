using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Connection settings towards HTTP servers.</summary>
public sealed record ServersTransportConfig
{
    /// <summary>SNI and the name to verify; empty = host of the server URL.</summary>
    public string? ServerName { get; init; }

    /// <summary>True: the server's certificate is not verified. Default false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Trusted roots, path or PEM; empty = system.</summary>
    public ConfigList<string> RootCAs { get; init; } = ConfigList<string>.Empty;

    /// <summary>Client certificates.</summary>
    public ConfigList<CertificateConfig> Certificates { get; init; } = ConfigList<CertificateConfig>.Empty;

    /// <summary>Names of cipher suites; an unknown one is an error.</summary>
    public ConfigList<string> CipherSuites { get; init; } = ConfigList<string>.Empty;

    /// <summary><c>VersionTLS10</c> to <c>VersionTLS13</c>.</summary>
    public string? MinVersion { get; init; }

    /// <summary><c>VersionTLS10</c> to <c>VersionTLS13</c>.</summary>
    public string? MaxVersion { get; init; }

    /// <summary>Idle connections kept per server; 0 = 2, negative = none. The static default transport has 200.</summary>
    public long MaxIdleConnsPerHost { get; init; }

    /// <summary>Time limits.</summary>
    public ForwardingTimeoutsConfig ForwardingTimeouts { get; init; } = new();

    /// <summary>True: no HTTP/2 over TLS to servers.</summary>
    public bool DisableHTTP2 { get; init; }

    /// <summary>URI that the server's certificate must name.</summary>
    public string? PeerCertURI { get; init; }

    /// <summary>SPIFFE identity; excludes the TLS keys.</summary>
    public SpiffeConfig? Spiffe { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ServersTransportConfig> Type { get; } = new ObjectType<ServersTransportConfig>(static () => new())
        .Field("serverName", ConfigTypes.String, static o => o.ServerName, static (o, v) => o with { ServerName = v })
        .Field("insecureSkipVerify", ConfigTypes.Bool, static o => o.InsecureSkipVerify, static (o, v) => o with { InsecureSkipVerify = v })
        .Field("rootCAs", ConfigTypes.CommaList, static o => o.RootCAs, static (o, v) => o with { RootCAs = v })
        .Field(
            "certificates", ConfigTypes.ListOf(CertificateConfig.Type), static o => o.Certificates,
            static (o, v) => o with { Certificates = v })
        .Field("cipherSuites", ConfigTypes.CommaList, static o => o.CipherSuites, static (o, v) => o with { CipherSuites = v })
        .Field("minVersion", ConfigTypes.String, static o => o.MinVersion, static (o, v) => o with { MinVersion = v })
        .Field("maxVersion", ConfigTypes.String, static o => o.MaxVersion, static (o, v) => o with { MaxVersion = v })
        .Field(
            "maxIdleConnsPerHost", ConfigTypes.Long, static o => o.MaxIdleConnsPerHost,
            static (o, v) => o with { MaxIdleConnsPerHost = v })
        .Field(
            "forwardingTimeouts", ForwardingTimeoutsConfig.Type, static o => o.ForwardingTimeouts,
            static (o, v) => o with { ForwardingTimeouts = v })
        .Field("disableHTTP2", ConfigTypes.Bool, static o => o.DisableHTTP2, static (o, v) => o with { DisableHTTP2 = v })
        .Field("peerCertURI", ConfigTypes.String, static o => o.PeerCertURI, static (o, v) => o with { PeerCertURI = v })
        .Field("spiffe", SpiffeConfig.Type, static o => o.Spiffe, static (o, v) => o with { Spiffe = v }, FieldOptions.AllowEmpty);
}

/// <summary>Time limits towards a server.</summary>
public sealed record ForwardingTimeoutsConfig
{
    /// <summary>Connecting; 0 = no limit. Default 30 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the request's end to the response head; 0 (default) = no limit.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; }

    /// <summary>An idle connection is closed after it. Default 90 s.</summary>
    public TimeSpan IdleConnTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>An HTTP/2 connection is pinged after such a silence; 0 (default) = never.</summary>
    public TimeSpan ReadIdleTimeout { get; init; }

    /// <summary>A ping without answer closes the HTTP/2 connection after it. Default 15 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ForwardingTimeoutsConfig> Type { get; } = new ObjectType<ForwardingTimeoutsConfig>(static () => new())
        .Field("dialTimeout", ConfigTypes.Duration, static o => o.DialTimeout, static (o, v) => o with { DialTimeout = v })
        .Field(
            "responseHeaderTimeout", ConfigTypes.Duration, static o => o.ResponseHeaderTimeout,
            static (o, v) => o with { ResponseHeaderTimeout = v })
        .Field("idleConnTimeout", ConfigTypes.Duration, static o => o.IdleConnTimeout, static (o, v) => o with { IdleConnTimeout = v })
        .Field("readIdleTimeout", ConfigTypes.Duration, static o => o.ReadIdleTimeout, static (o, v) => o with { ReadIdleTimeout = v })
        .Field("pingTimeout", ConfigTypes.Duration, static o => o.PingTimeout, static (o, v) => o with { PingTimeout = v });
}

/// <summary>A certificate with its key, each as a path or as PEM.</summary>
public sealed record CertificateConfig
{
    /// <summary>Certificate chain.</summary>
    public string? CertFile { get; init; }

    /// <summary>Private key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CertificateConfig> Type { get; } = new ObjectType<CertificateConfig>(static () => new())
        .Field("certFile", ConfigTypes.String, static o => o.CertFile, static (o, v) => o with { CertFile = v })
        .Field("keyFile", ConfigTypes.String, static o => o.KeyFile, static (o, v) => o with { KeyFile = v });
}

/// <summary>SPIFFE identities that a server may have.</summary>
public sealed record SpiffeConfig
{
    /// <summary>Allowed identities.</summary>
    public ConfigList<string> Ids { get; init; } = ConfigList<string>.Empty;

    /// <summary>Allowed trust domain.</summary>
    public string? TrustDomain { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<SpiffeConfig> Type { get; } = new ObjectType<SpiffeConfig>(static () => new())
        .Field("ids", ConfigTypes.CommaList, static o => o.Ids, static (o, v) => o with { Ids = v })
        .Field("trustDomain", ConfigTypes.String, static o => o.TrustDomain, static (o, v) => o with { TrustDomain = v });
}
