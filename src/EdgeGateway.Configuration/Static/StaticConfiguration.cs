using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>Everything that is fixed while the gateway runs (static-config §2); from a file, else flags, else the environment.</summary>
public sealed record StaticConfiguration
{
    /// <summary>Entry points by name; none = one named <c>http</c> on <c>:80</c>.</summary>
    public ConfigMap<EntryPointConfig> EntryPoints { get; init; } = ConfigMap<EntryPointConfig>.Empty;

    /// <summary>API and dashboard; null = off.</summary>
    public ApiConfig? Api { get; init; }

    /// <summary>Ping; null = off.</summary>
    public PingConfig? Ping { get; init; }

    /// <summary>Log.</summary>
    public LogConfig Log { get; init; } = new();

    /// <summary>Metrics.</summary>
    public MetricsConfig Metrics { get; init; } = new();

    /// <summary>Access log; null = off.</summary>
    public AccessLogConfig? AccessLog { get; init; }

    /// <summary>Where dynamic configuration comes from.</summary>
    public ProvidersConfig Providers { get; init; } = new();

    /// <summary>Certificate resolvers by name.</summary>
    public ConfigMap<CertificateResolverConfig> CertificatesResolvers { get; init; } = ConfigMap<CertificateResolverConfig>.Empty;

    /// <summary>Default settings of connections to servers.</summary>
    public ServersTransportConfig ServersTransport { get; init; } = StaticServersTransport.Default;

    /// <summary>Default settings of connections to TCP servers.</summary>
    public TcpServersTransportConfig TcpServersTransport { get; init; } = StaticTcpServersTransport.Default;

    /// <summary>Accepted; nothing is sent home.</summary>
    public GlobalConfig Global { get; init; } = new();

    /// <summary>Rule syntax.</summary>
    public CoreConfig Core { get; init; } = new();

    /// <summary>Our own options.</summary>
    public EdgeConfig Edge { get; init; } = new();

    /// <summary>How it is read.</summary>
    public static ObjectType<StaticConfiguration> Type { get; } = new ObjectType<StaticConfiguration>(static () => new())
        .Field("entryPoints", ConfigTypes.MapOf(EntryPointConfig.Type), static o => o.EntryPoints, static (o, v) => o with { EntryPoints = v })
        .Field("api", ApiConfig.Type, static o => o.Api, static (o, v) => o with { Api = v }, FieldOptions.AllowEmpty)
        .Field("ping", PingConfig.Type, static o => o.Ping, static (o, v) => o with { Ping = v }, FieldOptions.AllowEmpty)
        .Field("log", LogConfig.Type, static o => o.Log, static (o, v) => o with { Log = v }, FieldOptions.AllowEmpty)
        .Field("accessLog", AccessLogConfig.Type, static o => o.AccessLog, static (o, v) => o with { AccessLog = v }, FieldOptions.AllowEmpty)
        .Field("metrics", MetricsConfig.Type, static o => o.Metrics, static (o, v) => o with { Metrics = v })
        .Field("providers", ProvidersConfig.Type, static o => o.Providers, static (o, v) => o with { Providers = v })
        .Field(
            "certificatesResolvers", ConfigTypes.MapOf(CertificateResolverConfig.Type), static o => o.CertificatesResolvers,
            static (o, v) => o with { CertificatesResolvers = v })
        .Field("serversTransport", StaticServersTransport.Type, static o => o.ServersTransport, static (o, v) => o with { ServersTransport = v })
        .Field(
            "tcpServersTransport", StaticTcpServersTransport.Type, static o => o.TcpServersTransport,
            static (o, v) => o with { TcpServersTransport = v })
        .Field("global", GlobalConfig.Type, static o => o.Global, static (o, v) => o with { Global = v })
        .Field("core", CoreConfig.Type, static o => o.Core, static (o, v) => o with { Core = v })
        .Field("edge", EdgeConfig.Type, static o => o.Edge, static (o, v) => o with { Edge = v });
}
