using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>How servers of TCP services are connected; built once from a servers transport.</summary>
internal sealed class TcpTransport
{
    /// <summary>The transport of services that name none.</summary>
    public const string DefaultName = "default@internal";

    private TcpTransport(string name, TcpServersTransportConfig config, UpstreamTls tls)
    {
        Name = name;
        Config = config;
        Tls = tls;
        TerminationDelay = config.TerminationDelay < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : config.TerminationDelay;
        ProxyProtocol = (int)(config.ProxyProtocol?.Version ?? 0);
    }

    /// <summary>Qualified name.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public TcpServersTransportConfig Config { get; }

    /// <summary>TLS to servers that want it.</summary>
    public UpstreamTls Tls { get; }

    /// <summary>Limit of a connect; zero = none.</summary>
    public TimeSpan DialTimeout => Config.DialTimeout;

    /// <summary>How long the other direction may go on after one has ended; infinite = for ever.</summary>
    public TimeSpan TerminationDelay { get; }

    /// <summary>Version of the PROXY header that goes before everything else; 0 = none.</summary>
    public int ProxyProtocol { get; }

    /// <summary>Reads certificates and checks the settings.</summary>
    /// <exception cref="InvalidDataException">One cannot be used; the message names it.</exception>
    public static TcpTransport Create(string name, TcpServersTransportConfig config)
    {
        if (config.ProxyProtocol is { Version: not (1 or 2) } proxy)
        {
            throw new InvalidDataException($"unknown proxyProtocol version: {proxy.Version}");
        }

        var tls = config.Tls ?? new();
        return new(name, config, new UpstreamTls(
            new ServersTransportConfig
            {
                ServerName = tls.ServerName,
                InsecureSkipVerify = tls.InsecureSkipVerify,
                RootCAs = tls.RootCAs,
                Certificates = tls.Certificates,
                PeerCertURI = tls.PeerCertURI,
                Spiffe = tls.Spiffe,
            },
            offersProtocols: false));
    }

    /// <summary>The same with what a load balancer says for itself.</summary>
    public TcpTransport With(TcpServersTransportConfig config) => new(Name, config, Tls);
}
