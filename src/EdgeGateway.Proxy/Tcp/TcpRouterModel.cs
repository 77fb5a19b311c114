using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tls.Options;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>One TCP router, compiled. Immutable; kept from snapshot to snapshot while nothing it is made of changes.</summary>
internal sealed class TcpRouterModel
{
    /// <summary>Qualified name.</summary>
    public required string Name { get; init; }

    /// <summary>What it was made of.</summary>
    public required TcpRouterConfig Config { get; init; }

    /// <summary>Which connections it takes.</summary>
    public required TcpRule Rule { get; init; }

    /// <summary>Higher is tried first.</summary>
    public required long Priority { get; init; }

    /// <summary>Position of its provider in <c>providers.precedence</c>; those not in the list share the highest number.</summary>
    public int ProviderRank { get; init; } = int.MaxValue;

    /// <summary>Asked in this order before a server is.</summary>
    public required TcpMiddlewareModel[] Middlewares { get; init; }

    /// <summary>Options of the handshake where TLS ends here; broken ones close the connection.</summary>
    public required TlsOptionsEntry TlsOptions { get; init; }

    /// <summary>Its service.</summary>
    public required TcpServiceModel Service { get; init; }

    /// <summary>True: TLS connections only; false: plain ones only.</summary>
    public bool IsTls => Config.Tls is not null;

    /// <summary>True: TLS goes on to the server as it is.</summary>
    public bool IsPassthrough => Config.Tls is { Passthrough: true };
}
