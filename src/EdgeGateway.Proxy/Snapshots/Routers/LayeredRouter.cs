using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>A compiled router that has parents or children; one that has neither carries nothing of this.</summary>
/// <param name="of">What it is besides.</param>
/// <param name="name">Qualified name as configured.</param>
/// <param name="layer">Its place when it was compiled, and what stood below.</param>
/// <param name="child">What its parents give requests to; null when it has none, or is disabled.</param>
[method: SetsRequiredMembers]
internal sealed class LayeredRouter(CompiledRouter of, QualifiedName name, RouterLayer layer, HttpRouterModel? child) : CompiledRouter(of)
{
    public QualifiedName Name { get; } = name;

    public RouterLayer Layer { get; } = layer;

    public HttpRouterModel? Child { get; } = child;
}
