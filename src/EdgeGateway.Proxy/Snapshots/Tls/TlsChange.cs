using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>What a change of routers means for the TLS options of one entry point.</summary>
internal sealed class TlsChange
{
    /// <summary>Routers with the default options that went.</summary>
    public List<HttpRouterModel> Removed { get; } = [];

    /// <summary>Routers with the default options that came.</summary>
    public List<HttpRouterModel> Added { get; } = [];

    /// <summary>Uses of other options that went.</summary>
    public List<TlsUse> RemovedUses { get; } = [];

    /// <summary>Uses of other options that came.</summary>
    public List<TlsUse> AddedUses { get; } = [];
}
