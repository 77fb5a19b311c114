using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>A router's place, with what its children became.</summary>
/// <param name="Place">The place.</param>
/// <param name="Children">The compiled <see cref="RouterPlace.Children"/>.</param>
/// <param name="Below">Finds the child for a request, among those that serve.</param>
internal sealed record RouterLayer(RouterPlace Place, LayeredRouter[] Children, HttpRouting Below)
{
    /// <summary>A layer that shares what stays with the one that it was before.</summary>
    public static RouterLayer Of(RouterPlace place, LayeredRouter[] children, RouterLayer? before)
    {
        var (old, now) = (Serving(before?.Children ?? []), Serving(children));
        var below = (before?.Below ?? HttpRouting.Empty).With([.. old.Where(router => !now.Contains(router))], [.. now.Where(router => !old.Contains(router))]);
        return new(place, children, below);
    }

    private static HashSet<HttpRouterModel> Serving(LayeredRouter[] routers) =>
        new(routers.Select(static router => router.Child).OfType<HttpRouterModel>(), ReferenceEqualityComparer.Instance);
}
