using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Routing;

/// <summary>One HTTP router, compiled. Immutable; kept from snapshot to snapshot while nothing it is made of changes (design decision 11).</summary>
public sealed class HttpRouterModel
{
    private const string InternalSuffix = "@internal";

    /// <summary>Qualified name, such as <c>web@nomad</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it was made of.</summary>
    public required HttpRouterConfig Config { get; init; }

    /// <summary>Which requests it takes.</summary>
    public required RouteRule Rule { get; init; }

    /// <summary>Higher is tried first: the configured priority, else the length of the rule in UTF-8 bytes.</summary>
    public required long Priority { get; init; }

    /// <summary>Position of its provider in <c>providers.precedence</c>; those not in the list share the highest number.</summary>
    public int ProviderRank { get; init; } = int.MaxValue;

    /// <summary>Qualified name of the TLS options that it asks for; <c>default</c> for none of its own.</summary>
    public string TlsOptions { get; init; } = TlsOptionsModel.DefaultName;

    /// <summary>Middlewares and service.</summary>
    public required RequestPipeline Pipeline { get; init; }

    /// <summary>True: it serves TLS connections only; false: plain ones only (dynamic-config §6.2).</summary>
    public bool IsTls => Config.Tls is not null;

    /// <summary>True when it is one of the gateway's own, or leads to one of its services.</summary>
    public bool IsInternal =>
        Name.EndsWith(InternalSuffix, StringComparison.Ordinal) || Config.Service?.EndsWith(InternalSuffix, StringComparison.Ordinal) == true;

    /// <summary>Value of <c>X-Traefik-Router</c> for a router with a default rule, else null.</summary>
    public string? RecursionToken => Config.DefaultRule ? field ??= RouterRecursion.Token(Name) : null;
}
