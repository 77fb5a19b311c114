using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>certificatesResolvers.&lt;name&gt;.tailscale</c>: has no options.</summary>
public sealed record TailscaleResolverConfig
{
    /// <summary>How it is read and written.</summary>
    public static ObjectType<TailscaleResolverConfig> Type { get; } = new ObjectType<TailscaleResolverConfig>(static () => new());
}
