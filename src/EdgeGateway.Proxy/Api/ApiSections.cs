using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;

namespace EdgeGateway.Proxy.Api;

/// <summary>Every kind of element that the API lists.</summary>
internal static class ApiSections
{
    /// <summary>HTTP routers.</summary>
    public static readonly ApiElements HttpRouters = new ApiElementsOf<RouterReport>(
        "http/routers", "routers", "router", static report => report.Routers,
        new()
        {
            Name = static r => r.Name,
            Status = static r => ApiJson.StatusText(r.Status),
            Searched = static r => [r.Name, r.Config.Rule],
            Filters =
            {
                ["serviceName"] = static (r, value) => r.ServiceName == value || r.Config.Service == value,
                ["middlewareName"] = static (r, value) => r.Config.Middlewares.Contains(value),
            },
            Sorts =
            {
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["priority"] = static (a, b) => a.Config.Priority.CompareTo(b.Config.Priority),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
                ["rule"] = static (a, b) => string.CompareOrdinal(a.Config.Rule, b.Config.Rule),
                ["service"] = static (a, b) => string.CompareOrdinal(a.Config.Service, b.Config.Service),
                ["entryPoints"] = static (a, b) => a.Config.EntryPoints.Count.CompareTo(b.Config.EntryPoints.Count),
            },
        },
        static r => r.Status, ApiJson.Router);

    /// <summary>HTTP services.</summary>
    public static readonly ApiElements HttpServices = new ApiElementsOf<ServiceReport>(
        "http/services", "services", "service", static report => report.Services,
        new()
        {
            Name = static s => s.Name,
            Status = static s => ApiJson.StatusText(s.Status),
            Searched = static s => [s.Name],
            Sorts =
            {
                ["type"] = static (a, b) => string.CompareOrdinal(a.Type, b.Type),
                ["servers"] = static (a, b) =>
                    (a.Config.LoadBalancer?.Servers.Count ?? 0).CompareTo(b.Config.LoadBalancer?.Servers.Count ?? 0),
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
            },
        },
        static s => s.Status, ApiJson.Service);

    /// <summary>HTTP middlewares.</summary>
    public static readonly ApiElements HttpMiddlewares = new ApiElementsOf<MiddlewareReport>(
        "http/middlewares", "middlewares", "middleware", static report => report.Middlewares,
        new()
        {
            Name = static m => m.Name,
            Status = static m => ApiJson.StatusText(m.Status),
            Searched = static m => [m.Name],
            Sorts =
            {
                ["type"] = static (a, b) => string.CompareOrdinal(ApiJson.TypeOf(a.Config), ApiJson.TypeOf(b.Config)),
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
            },
        },
        static m => m.Status, ApiJson.Middleware);

    /// <summary>TCP routers.</summary>
    public static readonly ApiElements TcpRouters = new ApiElementsOf<TcpRouterReport>(
        "tcp/routers", "tcpRouters", "router", static report => report.TcpRouters,
        new()
        {
            Name = static r => r.Name,
            Status = static r => ApiJson.StatusText(r.Status),
            Searched = static r => [r.Name, r.Config.Rule],
            Filters =
            {
                ["serviceName"] = static (r, value) => r.ServiceName == value || r.Config.Service == value,
                ["middlewareName"] = static (r, value) => r.Config.Middlewares.Contains(value),
            },
            Sorts =
            {
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["priority"] = static (a, b) => a.Config.Priority.CompareTo(b.Config.Priority),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
                ["rule"] = static (a, b) => string.CompareOrdinal(a.Config.Rule, b.Config.Rule),
                ["service"] = static (a, b) => string.CompareOrdinal(a.Config.Service, b.Config.Service),
                ["entryPoints"] = static (a, b) => a.Config.EntryPoints.Count.CompareTo(b.Config.EntryPoints.Count),
            },
        },
        static r => r.Status, ApiLayer4Json.TcpRouter);

    /// <summary>TCP services.</summary>
    public static readonly ApiElements TcpServices = new ApiElementsOf<TcpServiceReport>(
        "tcp/services", "tcpServices", "service", static report => report.TcpServices,
        new()
        {
            Name = static s => s.Name,
            Status = static s => ApiJson.StatusText(s.Status),
            Searched = static s => [s.Name],
            Sorts =
            {
                ["type"] = static (a, b) => string.CompareOrdinal(a.Type, b.Type),
                ["servers"] = static (a, b) =>
                    (a.Config.LoadBalancer?.Servers.Count ?? 0).CompareTo(b.Config.LoadBalancer?.Servers.Count ?? 0),
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
            },
        },
        static s => s.Status, ApiLayer4Json.TcpService);

    /// <summary>TCP middlewares.</summary>
    public static readonly ApiElements TcpMiddlewares = new ApiElementsOf<TcpMiddlewareReport>(
        "tcp/middlewares", "tcpMiddlewares", "middleware", static report => report.TcpMiddlewares,
        new()
        {
            Name = static m => m.Name,
            Status = static m => ApiJson.StatusText(m.Status),
            Searched = static m => [m.Name],
            Sorts =
            {
                ["type"] = static (a, b) => string.CompareOrdinal(ApiLayer4Json.TypeOf(a.Config), ApiLayer4Json.TypeOf(b.Config)),
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
            },
        },
        static m => m.Status, ApiLayer4Json.TcpMiddleware);

    /// <summary>UDP routers.</summary>
    public static readonly ApiElements UdpRouters = new ApiElementsOf<UdpRouterReport>(
        "udp/routers", "udpRouters", "router", static report => report.UdpRouters,
        new()
        {
            Name = static r => r.Name,
            Status = static r => ApiJson.StatusText(r.Status),
            Searched = static r => [r.Name],
            Filters = { ["serviceName"] = static (r, value) => r.ServiceName == value || r.Config.Service == value },
            Sorts =
            {
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
                ["service"] = static (a, b) => string.CompareOrdinal(a.Config.Service, b.Config.Service),
                ["entryPoints"] = static (a, b) => a.Config.EntryPoints.Count.CompareTo(b.Config.EntryPoints.Count),
            },
        },
        static r => r.Status, ApiLayer4Json.UdpRouter);

    /// <summary>UDP services.</summary>
    public static readonly ApiElements UdpServices = new ApiElementsOf<UdpServiceReport>(
        "udp/services", "udpServices", "service", static report => report.UdpServices,
        new()
        {
            Name = static s => s.Name,
            Status = static s => ApiJson.StatusText(s.Status),
            Searched = static s => [s.Name],
            Sorts =
            {
                ["type"] = static (a, b) => string.CompareOrdinal(a.Type, b.Type),
                ["servers"] = static (a, b) =>
                    (a.Config.LoadBalancer?.Servers.Count ?? 0).CompareTo(b.Config.LoadBalancer?.Servers.Count ?? 0),
                ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
                ["status"] = static (a, b) => ApiJson.CompareStatus(a.Status, b.Status),
            },
        },
        static s => s.Status, ApiLayer4Json.UdpService);

    /// <summary>All of them, in the order of rawdata.</summary>
    public static readonly ApiElements[] All =
        [HttpRouters, HttpMiddlewares, HttpServices, TcpRouters, TcpMiddlewares, TcpServices, UdpRouters, UdpServices];
}
