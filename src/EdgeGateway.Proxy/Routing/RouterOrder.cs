namespace EdgeGateway.Proxy.Routing;

/// <summary>The order in which routers are tried: priority, provider precedence, name (dynamic-config §4.5; Traefik leaves ties to chance).</summary>
internal sealed class RouterOrder : IComparer<HttpRouterModel>
{
    public static readonly RouterOrder Instance = new();

    public int Compare(HttpRouterModel? x, HttpRouterModel? y) => Between(x!, y!);

    /// <summary>Less than zero when the first is tried first.</summary>
    public static int Between(HttpRouterModel a, HttpRouterModel b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.ProviderRank != b.ProviderRank ? a.ProviderRank.CompareTo(b.ProviderRank)
        : string.CompareOrdinal(a.Name, b.Name);

    /// <summary>An ordered list with some routers taken out and some put in; the list itself stays as it is.</summary>
    public static HttpRouterModel[] Apply(HttpRouterModel[] ordered, IReadOnlyList<HttpRouterModel> removed, IReadOnlyList<HttpRouterModel> added)
    {
        var rest = new List<HttpRouterModel>(ordered.Length + added.Count);
        if (removed.Count == 0)
        {
            rest.AddRange(ordered);
        }
        else
        {
            var gone = new HashSet<HttpRouterModel>(removed, ReferenceEqualityComparer.Instance);
            foreach (var router in ordered)
            {
                if (!gone.Contains(router))
                {
                    rest.Add(router);
                }
            }
        }

        // A few find their place; many are sorted with the rest.
        if (added.Count > 16)
        {
            rest.AddRange(added);
            rest.Sort(Instance);
            return [.. rest];
        }

        foreach (var router in added)
        {
            var at = rest.BinarySearch(router, Instance);
            rest.Insert(at < 0 ? ~at : at, router);
        }

        return [.. rest];
    }
}
