using System.Collections.Immutable;
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

    /// <summary>Routers whose own TLS options are not applied here, by name; mostly none.</summary>
    internal ImmutableHashSet<string> WithoutOwnTls { get; init; } = [];

    /// <summary>The routing after a change of its routers, which are sorted into the plain and the TLS side (dynamic-config §6.2).</summary>
    public EntryPointRouting With(IReadOnlyCollection<HttpRouterModel> removed, IReadOnlyCollection<HttpRouterModel> added) => new()
    {
        Name = Name,
        Port = Port,
        TlsHosts = TlsHosts,
        WithoutOwnTls = WithoutOwnTls,
        Plain = Plain.With([.. removed.Where(static router => !router.IsTls)], [.. added.Where(static router => !router.IsTls)]),
        Tls = Tls.With([.. removed.Where(static router => router.IsTls)], [.. added.Where(static router => router.IsTls)]),
    };

    /// <summary>The same routers with other TLS options.</summary>
    internal EntryPointRouting With(TlsHostTable hosts, ImmutableHashSet<string> withoutOwnTls) => new()
    {
        Name = Name,
        Port = Port,
        TlsHosts = hosts,
        WithoutOwnTls = withoutOwnTls,
        Plain = Plain,
        Tls = Tls,
    };

    /// <summary>True when a connection with these TLS options must not carry requests to that router (421, dynamic-config §6.4).</summary>
    internal bool IsMisdirected(string connectionOptions, HttpRouterModel router) =>
        !string.Equals(
            connectionOptions, WithoutOwnTls.Count > 0 && WithoutOwnTls.Contains(router.Name) ? TlsOptionsModel.DefaultName : router.TlsOptions,
            StringComparison.Ordinal);
}
