namespace EdgeGateway.Proxy.Routing;

/// <summary>Routers that share a host, or need none. Immutable.</summary>
internal sealed class RouterSet
{
    public static readonly RouterSet Empty = new([], [], null, null);

    // Trying so few rules one after the other costs less than a search for the path.
    private const int IndexFrom = 8;

    private RouterSet(HttpRouterModel[] all, HttpRouterModel[] anywhere, PathTable? paths, SignTable? signs) =>
        (All, Anywhere, Paths, Signs) = (all, anywhere, paths, signs);

    /// <summary>All of them, first tried first.</summary>
    public HttpRouterModel[] All { get; }

    /// <summary>With <see cref="Paths"/>: those that any path may reach, first tried first.</summary>
    public HttpRouterModel[] Anywhere { get; }

    /// <summary>The others by their paths; null when the set is too small for that.</summary>
    public PathTable? Paths { get; }

    /// <summary><see cref="Anywhere"/> by what else they need; null when they are too few for that, or need nothing.</summary>
    public SignTable? Signs { get; }

    /// <summary>The set after a change.</summary>
    public RouterSet With(RouterChanges changes)
    {
        var all = RouterOrder.Apply(All, changes.Removed, changes.Added);
        if (all.Length < IndexFrom)
        {
            return all.Length == 0 ? Empty : new(all, all, null, null);
        }

        if (Paths is null)
        {
            // The first index takes all of them.
            changes = new();
            changes.Added.AddRange(all);
        }

        var gone = changes.Removed.FindAll(static router => router.Rule.Paths is null);
        var come = changes.Added.FindAll(static router => router.Rule.Paths is null);
        var isSame = Paths is not null && gone.Count + come.Count == 0;
        var anywhere = isSame ? Anywhere : RouterOrder.Apply(Paths is null ? [] : Anywhere, gone, come);
        return new(
            all, anywhere, (Paths ?? PathTable.Empty).With(changes), isSame ? Signs : anywhere.Length < IndexFrom ? null : SignTable.Build(anywhere));
    }
}
