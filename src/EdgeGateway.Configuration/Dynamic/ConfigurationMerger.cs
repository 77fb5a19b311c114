namespace EdgeGateway.Configuration.Dynamic;

/// <summary>
/// Merges the fragments of one provider (dynamic-config §2.8). Keeps the objects of what did not change between calls, and looks only
/// at what changed fragments define.
/// Not safe for concurrent calls.
/// </summary>
public sealed class ConfigurationMerger(MergeStrategy strategy)
{
    private readonly ElementMerger<HttpRouterConfig> _httpRouters = Whole<HttpRouterConfig>("HTTP router", static c => c.Http.Routers);
    private readonly ElementMerger<MiddlewareConfig> _httpMiddlewares = Whole<MiddlewareConfig>("HTTP middleware", static c => c.Http.Middlewares);
    private readonly ElementMerger<ServersTransportConfig> _httpTransports = Whole<ServersTransportConfig>("HTTP servers transport", static c => c.Http.ServersTransports);
    private readonly ElementMerger<TcpRouterConfig> _tcpRouters = Whole<TcpRouterConfig>("TCP router", static c => c.Tcp.Routers);
    private readonly ElementMerger<TcpMiddlewareConfig> _tcpMiddlewares = Whole<TcpMiddlewareConfig>("TCP middleware", static c => c.Tcp.Middlewares);
    private readonly ElementMerger<TcpServersTransportConfig> _tcpTransports = Whole<TcpServersTransportConfig>("TCP servers transport", static c => c.Tcp.ServersTransports);
    private readonly ElementMerger<UdpRouterConfig> _udpRouters = Whole<UdpRouterConfig>("UDP router", static c => c.Udp.Routers);
    private readonly ElementMerger<TlsStoreConfig> _stores = Whole<TlsStoreConfig>("store", static c => c.Tls.Stores);
    private readonly ElementMerger<TlsOptionsConfig> _options = Whole<TlsOptionsConfig>("TLS options", static c => c.Tls.Options);

    private readonly ElementMerger<HttpServiceConfig> _httpServices = new(
        "HTTP service",
        static c => c.Http.Services,
        // The middlewares of the service are not compared; those of the first definition stay.
        static service => service.LoadBalancer is { } balancer
            ? service with { Middlewares = ConfigList<string>.Empty, LoadBalancer = balancer with { Servers = ConfigList<ServerConfig>.Empty } }
            : service,
        static (winner, all) => winner.LoadBalancer is not { } balancer ? winner : winner with
        {
            LoadBalancer = balancer with { Servers = Join(all.Select(static s => s.LoadBalancer?.Servers), static server => server.Url) },
        });

    private readonly ElementMerger<TcpServiceConfig> _tcpServices = new(
        "TCP service",
        static c => c.Tcp.Services,
        static service => service.LoadBalancer is { } balancer
            ? service with { LoadBalancer = balancer with { Servers = ConfigList<TcpServerConfig>.Empty } }
            : service,
        static (winner, all) => winner.LoadBalancer is not { } balancer ? winner : winner with
        {
            LoadBalancer = balancer with { Servers = Join(all.Select(static s => s.LoadBalancer?.Servers), static server => server.Address) },
        });

    private readonly ElementMerger<UdpServiceConfig> _udpServices = new(
        "UDP service",
        static c => c.Udp.Services,
        static service => service.LoadBalancer is { } balancer
            ? service with { LoadBalancer = balancer with { Servers = ConfigList<UdpServerConfig>.Empty } }
            : service,
        static (winner, all) => winner.LoadBalancer is not { } balancer ? winner : winner with
        {
            LoadBalancer = balancer with { Servers = Join(all.Select(static s => s.LoadBalancer?.Servers), static server => server.Address) },
        });

    private ConfigurationFragment[] _fragments = [];
    private DynamicConfiguration _last = DynamicConfiguration.Empty;

    /// <summary>Merges.</summary>
    /// <param name="fragments">In byte order of their sources; unchanged ones are the same objects as before. An array is taken over and must not change.</param>
    /// <param name="conflicts">Names with different definitions.</param>
    /// <returns>The same object as last time if nothing changed.</returns>
    public DynamicConfiguration Merge(IReadOnlyCollection<ConfigurationFragment> fragments, out IReadOnlyList<MergeConflict> conflicts)
    {
        var found = new List<MergeConflict>();
        conflicts = found;
        var now = fragments as ConfigurationFragment[] ?? [.. fragments];
        var changes = FragmentChanges.Between(_fragments, now);
        _fragments = now;
        var http = new HttpConfiguration
        {
            Routers = _httpRouters.Merge(changes, strategy, found),
            Services = _httpServices.Merge(changes, strategy, found),
            Middlewares = _httpMiddlewares.Merge(changes, strategy, found),
            ServersTransports = _httpTransports.Merge(changes, strategy, found),
        };
        var tcp = new TcpConfiguration
        {
            Routers = _tcpRouters.Merge(changes, strategy, found),
            Services = _tcpServices.Merge(changes, strategy, found),
            Middlewares = _tcpMiddlewares.Merge(changes, strategy, found),
            ServersTransports = _tcpTransports.Merge(changes, strategy, found),
        };
        var udp = new UdpConfiguration
        {
            Routers = _udpRouters.Merge(changes, strategy, found),
            Services = _udpServices.Merge(changes, strategy, found),
        };
        var tls = new TlsConfiguration
        {
            Certificates = MergeCertificates(changes),
            Options = _options.Merge(changes, strategy, found),
            Stores = _stores.Merge(changes, strategy, found),
        };
        // Unchanged maps are the same objects: references tell all, no hash of ten thousand elements is needed.
        var merged = new DynamicConfiguration
        {
            Http = Same(http, _last.Http) ? _last.Http : http,
            Tcp = Same(tcp, _last.Tcp) ? _last.Tcp : tcp,
            Udp = ReferenceEquals(udp.Routers, _last.Udp.Routers) && ReferenceEquals(udp.Services, _last.Udp.Services) ? _last.Udp : udp,
            Tls = tls.Equals(_last.Tls) ? _last.Tls : tls,
        };
        return _last = ReferenceEquals(merged.Http, _last.Http) && ReferenceEquals(merged.Tcp, _last.Tcp)
            && ReferenceEquals(merged.Udp, _last.Udp) && ReferenceEquals(merged.Tls, _last.Tls)
            ? _last
            : merged;
    }

    private static bool Same(HttpConfiguration left, HttpConfiguration right) =>
        ReferenceEquals(left.Routers, right.Routers) && ReferenceEquals(left.Services, right.Services)
        && ReferenceEquals(left.Middlewares, right.Middlewares) && ReferenceEquals(left.ServersTransports, right.ServersTransports);

    private static bool Same(TcpConfiguration left, TcpConfiguration right) =>
        ReferenceEquals(left.Routers, right.Routers) && ReferenceEquals(left.Services, right.Services)
        && ReferenceEquals(left.Middlewares, right.Middlewares) && ReferenceEquals(left.ServersTransports, right.ServersTransports);

    private static ElementMerger<T> Whole<T>(string kind, Func<DynamicConfiguration, ConfigMap<T>> select)
        where T : class => new(kind, select, static element => element, static (winner, _) => winner);

    private static ConfigList<TServer> Join<TServer>(IEnumerable<ConfigList<TServer>?> lists, Func<TServer, string?> key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var joined = new List<TServer>();
        foreach (var list in lists)
        {
            foreach (var server in list ?? ConfigList<TServer>.Empty)
            {
                if (seen.Add(key(server) ?? ""))
                {
                    joined.Add(server);
                }
            }
        }

        return joined.ToConfigList();
    }

    private ConfigList<TlsCertificateConfig> MergeCertificates(FragmentChanges changes)
    {
        if (!changes.Removed.Concat(changes.Added).Any(static fragment => fragment.Configuration.Tls.Certificates.Count > 0))
        {
            return _last.Tls.Certificates;
        }

        var certificates = new List<TlsCertificateConfig>();
        foreach (var certificate in _fragments.SelectMany(static fragment => fragment.Configuration.Tls.Certificates))
        {
            var at = certificates.FindIndex(known => known.CertFile == certificate.CertFile && known.KeyFile == certificate.KeyFile);
            if (at < 0)
            {
                certificates.Add(certificate);
            }
            else if (strategy == MergeStrategy.Merge)
            {
                certificates[at] = certificates[at] with { Stores = certificates[at].Stores.Union(certificate.Stores, StringComparer.Ordinal).ToConfigList() };
            }
        }

        return certificates.ToConfigList();
    }
}
