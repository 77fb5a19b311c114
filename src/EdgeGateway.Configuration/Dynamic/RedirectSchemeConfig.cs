using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>redirectScheme</c>.</summary>
public sealed record RedirectSchemeConfig
{
    /// <summary>Required target scheme.</summary>
    public string? Scheme { get; init; }

    /// <summary>Target port; left out of the location when standard.</summary>
    public string? Port { get; init; }

    /// <summary>301/308 instead of 302/307.</summary>
    public bool Permanent { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RedirectSchemeConfig> Type { get; } = new ObjectType<RedirectSchemeConfig>(static () => new())
        .Field("scheme", ConfigTypes.String, static o => o.Scheme, static (o, v) => o with { Scheme = v })
        .Field("port", ConfigTypes.String, static o => o.Port, static (o, v) => o with { Port = v })
        .Field("permanent", ConfigTypes.Bool, static o => o.Permanent, static (o, v) => o with { Permanent = v });
}
