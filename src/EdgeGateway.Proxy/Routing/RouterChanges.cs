namespace EdgeGateway.Proxy.Routing;

/// <summary>Routers that leave and routers that come at one place of an index. A router that was compiled anew does both.</summary>
internal sealed class RouterChanges
{
    public List<HttpRouterModel> Removed { get; } = [];

    public List<HttpRouterModel> Added { get; } = [];

    /// <summary>Notes a router, once.</summary>
    public void Note(HttpRouterModel router, bool isAdded)
    {
        var list = isAdded ? Added : Removed;
        if (list.Count == 0 || !ReferenceEquals(list[^1], router))
        {
            list.Add(router);
        }
    }
}
