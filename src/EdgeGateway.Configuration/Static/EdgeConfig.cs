using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>edge</c> (static-config §2).</summary>
public sealed record EdgeConfig
{
    /// <summary>A plain request that only a TLS router with a named host takes is redirected to it. Default true.</summary>
    public bool RedirectPlainToTls { get; init; } = true;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EdgeConfig> Type { get; } = new ObjectType<EdgeConfig>(static () => new())
        .Field("redirectPlainToTls", ConfigTypes.Bool, static o => o.RedirectPlainToTls, static (o, v) => o with { RedirectPlainToTls = v }, description: "A plain request that only a TLS router with a named host takes is redirected to it. Default true.");
}
