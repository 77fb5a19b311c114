using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Sources;

/// <summary>Tells which source a request belongs to, for limits per source (dynamic-config §5.3, <c>sourceCriterion</c>).</summary>
internal abstract class RequestSource
{
    /// <summary>The source; empty when the request does not say.</summary>
    public abstract string KeyOf(GatewayContext context);

    /// <summary>Compiles a criterion.</summary>
    /// <param name="config">What the user wrote.</param>
    /// <param name="fallback">Used when no member is set.</param>
    /// <param name="source">The result; null on an error.</param>
    /// <param name="error">Traefik's text.</param>
    public static bool TryCreate(
        SourceCriterionConfig? config,
        SourceCriterionConfig fallback,
        [NotNullWhen(true)] out RequestSource? source,
        [NotNullWhen(false)] out string? error)
    {
        source = null;
        if (config is null || (config.IpStrategy is null && string.IsNullOrEmpty(config.RequestHeaderName) && !config.RequestHost))
        {
            config = fallback;
        }

        var byHeader = !string.IsNullOrEmpty(config.RequestHeaderName);
        error = (config.IpStrategy is not null, byHeader, config.RequestHost) switch
        {
            (true, true, _) => "iPStrategy and RequestHeaderName are mutually exclusive",
            (true, _, true) => "iPStrategy and RequestHost are mutually exclusive",
            (_, true, true) => "requestHost and RequestHeaderName are mutually exclusive",
            _ => null,
        };
        if (error is not null)
        {
            return false;
        }

        if (config.IpStrategy is { } strategy)
        {
            if (!ClientAddressStrategy.TryCreate(strategy, out var address, out error))
            {
                return false;
            }

            source = new AddressSource(address);
            return true;
        }

        source = byHeader ? new HeaderSource(config.RequestHeaderName!) : new HostSource();
        return true;
    }

    private sealed class AddressSource(ClientAddressStrategy strategy) : RequestSource
    {
        public override string KeyOf(GatewayContext context) => strategy.AddressOf(context);
    }

    private sealed class HeaderSource(string name) : RequestSource
    {
        public override string KeyOf(GatewayContext context) =>
            context.Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";
    }

    private sealed class HostSource : RequestSource
    {
        public override string KeyOf(GatewayContext context) => context.Upstream.Host;
    }
}
