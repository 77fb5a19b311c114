using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>What one compile has to say about TCP and UDP elements; put into maps when somebody asks.</summary>
internal sealed record Layer4Report(
    TcpRouterReport[] TcpRouters, TcpServiceReport[] TcpServices, TcpMiddlewareReport[] TcpMiddlewares,
    UdpRouterReport[] UdpRouters, UdpServiceReport[] UdpServices)
{
    /// <summary>The certificates that TCP routers want, also those whose service is broken; each once.</summary>
    public IReadOnlyList<CertificateWish> Wishes { get; } =
    [
        .. TcpRouters.Where(static r => r.Config.Tls is { CertResolver.Length: > 0 })
            .SelectMany(static r => (r.Config.Tls!.Domains.Count > 0
                    ? r.Config.Tls.Domains.Select(static d => d.Main ?? "")
                    : TcpRule.TryParseServerNames(r.Config.Rule ?? ""))
                .Select(name => new CertificateWish(r.Config.Tls.CertResolver!, name)))
            .Distinct(),
    ];

    /// <summary>Every complaint about a router: its name, the text, and whether the router is out of use.</summary>
    public IEnumerable<(string Router, string Error, bool Disabled)> Complaints() =>
        TcpRouters.SelectMany(static r => r.Errors.Select(e => (r.Name, e, r.Status == ElementStatus.Disabled)))
            .Concat(UdpRouters.SelectMany(static r => r.Errors.Select(e => (r.Name, e, r.Status == ElementStatus.Disabled))));

    /// <summary>TCP routers by name.</summary>
    public ConfigMap<TcpRouterReport> TcpRouterMap() => TcpRouters.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap();

    /// <summary>TCP services by name, with their users.</summary>
    public ConfigMap<TcpServiceReport> TcpServiceMap()
    {
        var users = TcpRouters.ToLookup(static r => r.ServiceName, static r => r.Name, StringComparer.Ordinal);
        return TcpServices.Select(s => KeyValuePair.Create(s.Name, s with { UsedBy = Sorted(users[s.Name]) })).ToConfigMap();
    }

    /// <summary>TCP middlewares by name, with their users.</summary>
    public ConfigMap<TcpMiddlewareReport> TcpMiddlewareMap()
    {
        var users = TcpRouters.SelectMany(static r => r.Config.Middlewares.Distinct().Select(m => (Middleware: m, Router: r.Name)))
            .ToLookup(static u => u.Middleware, static u => u.Router, StringComparer.Ordinal);
        return TcpMiddlewares.Select(m => KeyValuePair.Create(m.Name, m with { UsedBy = Sorted(users[m.Name]) })).ToConfigMap();
    }

    /// <summary>UDP routers by name.</summary>
    public ConfigMap<UdpRouterReport> UdpRouterMap() => UdpRouters.Select(static r => KeyValuePair.Create(r.Name, r)).ToConfigMap();

    /// <summary>UDP services by name, with their users.</summary>
    public ConfigMap<UdpServiceReport> UdpServiceMap()
    {
        var users = UdpRouters.ToLookup(static r => r.ServiceName, static r => r.Name, StringComparer.Ordinal);
        return UdpServices.Select(s => KeyValuePair.Create(s.Name, s with { UsedBy = Sorted(users[s.Name]) })).ToConfigMap();
    }

    private static ConfigList<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal).ToConfigList();
}
