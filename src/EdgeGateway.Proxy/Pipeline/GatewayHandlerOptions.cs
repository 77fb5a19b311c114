using EdgeGateway.Proxy.Snapshots;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>What a <see cref="GatewayHandler"/> works with.</summary>
public sealed record GatewayHandlerOptions
{
    /// <summary>Where the routing of each new request is taken from.</summary>
    public required SnapshotHolder Snapshots { get; init; }

    /// <summary>Machine name for X-Forwarded-Server and the loop guard; <c>localhost</c> when unknown.</summary>
    public required string ServerName { get; init; }

    /// <summary><c>edge.redirectPlainToTls</c>: a plain request that only a TLS router with a named host takes is redirected. Default true.</summary>
    public bool RedirectPlainToTls { get; init; } = true;

    /// <summary>
    /// <c>edge.redirectShortName</c>: gives the node's full MagicDNS name, lower-cased and without final dot, or null while it is unknown. A
    /// plain request to its first label that no router takes is redirected to it if a router has it. Null: never.
    /// </summary>
    public Func<string?>? NodeName { get; init; }

    /// <summary>Whether the headers of services' answers are noted for <see cref="Completed"/> before middlewares change them.</summary>
    public bool KeepsOriginHeaders { get; init; }

    /// <summary>Called once at the end of every request, whatever its end; must not throw or block. For access log and metrics.</summary>
    public Action<GatewayContext>? Completed { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where faults of the gateway's own are reported.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
