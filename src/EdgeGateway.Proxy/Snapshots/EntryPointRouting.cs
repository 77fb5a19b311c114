using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>The routers of one entry point.</summary>
public sealed class EntryPointRouting
{
    /// <summary>An entry point without routers.</summary>
    public static readonly EntryPointRouting None = new() { Name = "" };

    /// <summary>Name of the entry point.</summary>
    public required string Name { get; init; }

    /// <summary>Port that clients reach it at, for redirects; 0 = unknown, no redirect leads here.</summary>
    public int Port { get; init; }

    /// <summary>Routers without TLS.</summary>
    public HttpRouting Plain { get; init; } = HttpRouting.Empty;

    /// <summary>Routers with TLS.</summary>
    public HttpRouting Tls { get; init; } = HttpRouting.Empty;

    /// <summary>The TLS options of its connections, by server name.</summary>
    internal TlsHostTable TlsHosts { get; init; } = TlsHostTable.Empty;

    /// <summary>The routing after a change of its routers, which are sorted into the plain and the TLS side (dynamic-config §6.2).</summary>
    public EntryPointRouting With(IReadOnlyCollection<HttpRouterModel> removed, IReadOnlyCollection<HttpRouterModel> added) => new()
    {
        Name = Name,
        Port = Port,
        TlsHosts = TlsHosts,
        Plain = Plain.With([.. removed.Where(static router => !router.IsTls)], [.. added.Where(static router => !router.IsTls)]),
        Tls = Tls.With([.. removed.Where(static router => router.IsTls)], [.. added.Where(static router => router.IsTls)]),
    };
}
