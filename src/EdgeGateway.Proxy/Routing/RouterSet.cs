namespace EdgeGateway.Proxy.Routing;

/// <summary>Routers that share a host, or need none. Immutable.</summary>
internal sealed class RouterSet
{
    public static readonly RouterSet Empty = new([], [], null);

    // Trying so few rules one after the other costs less than a search for the path.
    private const int IndexFrom = 8;

    private RouterSet(HttpRouterModel[] all, HttpRouterModel[] anywhere, PathTable? paths) => (All, Anywhere, Paths) = (all, anywhere, paths);

    /// <summary>All of them, first tried first.</summary>
    public HttpRouterModel[] All { get; }

    /// <summary>With <see cref="Paths"/>: those that any path may reach, first tried first.</summary>
    public HttpRouterModel[] Anywhere { get; }

    /// <summary>The others by their paths; null when the set is too small for that.</summary>
    public PathTable? Paths { get; }

    /// <summary>The set after a change.</summary>
    public RouterSet With(RouterChanges changes)
    {
        var all = RouterOrder.Apply(All, changes.Removed, changes.Added);
        if (all.Length < IndexFrom)
        {
            return all.Length == 0 ? Empty : new(all, all, null);
        }

        if (Paths is null)
        {
            // The first index takes all of them.
            changes = new();
            changes.Added.AddRange(all);
        }

        var anywhere = RouterOrder.Apply(
            Paths is null ? [] : Anywhere,
            changes.Removed.FindAll(static router => router.Rule.Paths is null), changes.Added.FindAll(static router => router.Rule.Paths is null));
        return new(all, anywhere, (Paths ?? PathTable.Empty).With(changes));
    }
}
