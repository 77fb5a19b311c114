using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Connection settings towards TCP servers.</summary>
public sealed record TcpServersTransportConfig
{
    /// <summary>TCP keep-alive period; negative = off. Default 15 s.</summary>
    public TimeSpan DialKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Connecting. Default 30 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>PROXY header, sent before TLS.</summary>
    public ProxyProtocolConfig? ProxyProtocol { get; init; }

    /// <summary>How long the other direction may go on after one side has ended; negative = for ever. Default 100 ms.</summary>
    public TimeSpan TerminationDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>TLS towards servers.</summary>
    public TcpServersTransportTlsConfig? Tls { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpServersTransportConfig> Type { get; } = new ObjectType<TcpServersTransportConfig>(static () => new())
        .Field("dialKeepAlive", ConfigTypes.Duration, static o => o.DialKeepAlive, static (o, v) => o with { DialKeepAlive = v })
        .Field("dialTimeout", ConfigTypes.Duration, static o => o.DialTimeout, static (o, v) => o with { DialTimeout = v })
        .Field(
            "proxyProtocol", ProxyProtocolConfig.Type, static o => o.ProxyProtocol,
            static (o, v) => o with { ProxyProtocol = v }, FieldOptions.AllowEmpty)
        .Field("terminationDelay", ConfigTypes.Duration, static o => o.TerminationDelay, static (o, v) => o with { TerminationDelay = v })
        .Field("tls", TcpServersTransportTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v }, FieldOptions.AllowEmpty);
}

/// <summary>TLS towards TCP servers.</summary>
public sealed record TcpServersTransportTlsConfig
{
    /// <summary>SNI and the name to verify.</summary>
    public string? ServerName { get; init; }

    /// <summary>True: the server's certificate is not verified.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Trusted roots, path or PEM; empty = system.</summary>
    public ConfigList<string> RootCAs { get; init; } = ConfigList<string>.Empty;

    /// <summary>Client certificates.</summary>
    public ConfigList<CertificateConfig> Certificates { get; init; } = ConfigList<CertificateConfig>.Empty;

    /// <summary>URI that the server's certificate must name.</summary>
    public string? PeerCertURI { get; init; }

    /// <summary>SPIFFE identity.</summary>
    public SpiffeConfig? Spiffe { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TcpServersTransportTlsConfig> Type { get; } = new ObjectType<TcpServersTransportTlsConfig>(static () => new())
        .Field("serverName", ConfigTypes.String, static o => o.ServerName, static (o, v) => o with { ServerName = v })
        .Field("insecureSkipVerify", ConfigTypes.Bool, static o => o.InsecureSkipVerify, static (o, v) => o with { InsecureSkipVerify = v })
        .Field("rootCAs", ConfigTypes.CommaList, static o => o.RootCAs, static (o, v) => o with { RootCAs = v })
        .Field(
            "certificates", ConfigTypes.ListOf(CertificateConfig.Type), static o => o.Certificates,
            static (o, v) => o with { Certificates = v })
        .Field("peerCertURI", ConfigTypes.String, static o => o.PeerCertURI, static (o, v) => o with { PeerCertURI = v })
        .Field("spiffe", SpiffeConfig.Type, static o => o.Spiffe, static (o, v) => o with { Spiffe = v }, FieldOptions.AllowEmpty);
}
