using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>certificatesResolvers.&lt;name&gt;</c> (static-config §2).</summary>
public sealed record CertificateResolverConfig
{
    /// <summary>Certificates from the local tailscaled.</summary>
    public TailscaleResolverConfig? Tailscale { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CertificateResolverConfig> Type { get; } = new ObjectType<CertificateResolverConfig>(static () => new())
        .Field("tailscale", TailscaleResolverConfig.Type, static o => o.Tailscale, static (o, v) => o with { Tailscale = v }, FieldOptions.AllowEmpty, description: "Certificates from the local tailscaled.");
}
