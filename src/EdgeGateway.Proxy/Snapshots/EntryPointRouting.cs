using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>The routers of one entry point.</summary>
public sealed class EntryPointRouting
{
    /// <summary>An entry point without routers.</summary>
    public static readonly EntryPointRouting None = new() { Name = "" };

    /// <summary>Sorts routers into the plain and the TLS side (dynamic-config §6.2).</summary>
    /// <param name="name">Name of the entry point.</param>
    /// <param name="routers">Its routers, in any order.</param>
    /// <param name="port">Port that clients reach it at; 0 = unknown.</param>
    public static EntryPointRouting Build(string name, IReadOnlyList<HttpRouterModel> routers, int port = 0) => new()
    {
        Name = name,
        Port = port,
        Plain = HttpRouting.Build(routers.Where(static router => !router.IsTls)),
        Tls = HttpRouting.Build(routers.Where(static router => router.IsTls)),
    };

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
}
