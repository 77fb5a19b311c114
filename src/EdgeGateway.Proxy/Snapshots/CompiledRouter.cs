using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What one configured router became, with all it was made from: it is reused while every one of those is the same object.</summary>
internal sealed class CompiledRouter
{
    /// <summary>The configuration as the provider gave it.</summary>
    public required HttpRouterConfig Source { get; init; }

    /// <summary>References and the entries that they had when the router was compiled; null = did not exist.</summary>
    public required (QualifiedName Name, ServiceEntry? Entry)[] Services { get; init; }

    /// <inheritdoc cref="Services" />
    public required (QualifiedName Name, MiddlewareEntry? Entry)[] Middlewares { get; init; }

    /// <summary>The models that serve requests, one per entry point and router made from this one.</summary>
    public required (string EntryPoint, HttpRouterModel Model)[] Models { get; init; }

    /// <summary>One report per router made from this one.</summary>
    public required RouterReport[] Reports { get; init; }

    /// <summary>Whether it can be reused for that configuration.</summary>
    public bool IsCurrent(HttpRouterConfig source, ServiceCompiler services, MiddlewareCompiler middlewares)
    {
        if (!ReferenceEquals(source, Source) && !source.Equals(Source))
        {
            return false;
        }

        foreach (var (name, entry) in Services)
        {
            if (!ReferenceEquals(services.Find(name), entry))
            {
                return false;
            }
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
