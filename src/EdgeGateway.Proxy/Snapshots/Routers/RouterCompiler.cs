using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>Keeps the compiled routers: an update compiles those that changed, or refer to what changed, and no others.</summary>
internal sealed class RouterCompiler(RouterCompilerOptions options, TlsOptionsCompiler tlsOptions)
{
    private readonly CompiledElements<HttpRouterConfig, CompiledRouter> _elements = new(static configuration => configuration.Http.Routers);
    private readonly RouterLayers _layers = new();
    private readonly ReferenceHints _hints = new();

    /// <summary>Routers that are right and get no requests, because those above them do not serve.</summary>
    public IReadOnlyList<IdleRouters> Idle => _layers.Idle;

    /// <summary>Number of routers.</summary>
    public int Count => _elements.Count;

    /// <summary>Compiles what changed and keeps the rest.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="services">The services, up to date.</param>
    /// <param name="middlewares">The middlewares, up to date.</param>
    /// <param name="referencesChanged">False when no service, middleware or set of TLS options came, went or was replaced since the last call.</param>
    public CompiledElements<HttpRouterConfig, CompiledRouter>.Changes Update(
        IReadOnlyList<ProviderMessage> messages, ServiceCompiler services, MiddlewareCompiler middlewares, bool referencesChanged)
    {
        _hints.Begin();
        var around = new RouterSurroundings(options, messages, services, middlewares, tlsOptions, _hints);
        var outdated = _layers.Update(around, _elements.Find);
        return _elements.Update(
            messages,
            (provider, name, config, before) => _layers.Find(new(name, provider))
                ?? (before is not null && !outdated.Contains(before) && before.Source.Equals(config) && around.IsCurrent(before)
                    ? before
                    : new RouterCompilation(around, new(name, provider), config, null).Run()),
            referencesChanged || outdated.Count > 0 ? router => !outdated.Contains(router) && (!referencesChanged || around.IsCurrent(router)) : null);
    }

    /// <summary>What is said about every router as it is now.</summary>
    public IEnumerable<RouterReport> Reports()
    {
        var parts = _elements.Parts;
        return parts.SelectMany(static part => part.Entries).SelectMany(static router => (IEnumerable<RouterReport>)router.Reports);
    }
}
