using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>What one configured TCP router became, with all it was made from: it is reused while every one of those is the same object.</summary>
internal sealed class CompiledTcpRouter
{
    /// <summary>The configuration as the provider gave it.</summary>
    public required TcpRouterConfig Source { get; init; }

    /// <summary>The TLS options that it had; the built-in ones where TLS does not end here.</summary>
    public required TlsOptionsEntry TlsOptions { get; init; }

    /// <summary>Its service and the entry that it had when the router was compiled; null = did not exist.</summary>
    public required (QualifiedName Name, Layer4ServiceEntry<TcpServiceConfig, TcpServiceModel>? Entry)? Service { get; init; }

    /// <summary>Middlewares and the entries that they had.</summary>
    public required (QualifiedName Name, TcpMiddlewareEntry? Entry)[] Middlewares { get; init; }

    /// <summary>Entry points and model; null when the router is disabled.</summary>
    public required TcpRouterModel? Model { get; init; }

    /// <summary>What is said about it.</summary>
    public required TcpRouterReport Report { get; init; }

    /// <summary>Whether it can be reused for that configuration.</summary>
    public bool IsCurrent(TcpRouterConfig source, TcpServiceCompiler services, TcpMiddlewareCompiler middlewares)
    {
        if ((!ReferenceEquals(source, Source) && !source.Equals(Source))
            || (Service is { } service && !ReferenceEquals(services.Find(service.Name), service.Entry)))
        {
            return false;
        }

        foreach (var (name, entry) in Middlewares)
        {
            if (!ReferenceEquals(middlewares.Find(name), entry))
            {
                return false;
            }
        }

        return true;
    }
}
