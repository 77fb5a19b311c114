using System.Collections.Frozen;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>All routing at one moment. Immutable; a request takes it once and keeps it to its end.</summary>
public sealed class GatewaySnapshot
{
    /// <summary>No entry point has a router: every request is answered 404.</summary>
    public static readonly GatewaySnapshot Empty = new();

    private readonly EntryPointRouting[] _ordered = [];

    /// <summary>Routing by entry-point name.</summary>
    public FrozenDictionary<string, EntryPointRouting> EntryPoints
    {
        get;
        init
        {
            field = value;
            _ordered = [.. value.Values.OrderBy(static routing => routing.Name, StringComparer.Ordinal)];
        }
    } = FrozenDictionary<string, EntryPointRouting>.Empty;

    /// <summary>The certificates that the routers want; the same object until a name comes or goes.</summary>
    public IReadOnlyList<CertificateWish> Certificates { get; init; } = [];

    /// <summary>TCP routing of the entry points that have TCP routers.</summary>
    internal FrozenDictionary<string, TcpRouting> Tcp { get; init; } = FrozenDictionary<string, TcpRouting>.Empty;

    /// <summary>The UDP router of the entry points that have one.</summary>
    internal FrozenDictionary<string, UdpRouterModel> Udp { get; init; } = FrozenDictionary<string, UdpRouterModel>.Empty;

    /// <summary>What API and dashboard show of this snapshot, put together when somebody asks for it.</summary>
    public Lazy<ConfigurationReport> Report { get; init; } = new(ConfigurationReport.Empty);

    /// <summary>The entry points in the order of their names.</summary>
    internal ReadOnlySpan<EntryPointRouting> Ordered => _ordered;

    /// <summary>The routing of an entry point; one without routers when the snapshot does not know it.</summary>
    public EntryPointRouting this[string entryPoint] => EntryPoints.TryGetValue(entryPoint, out var routing) ? routing : EntryPointRouting.None;
}
