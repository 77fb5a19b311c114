using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>ping</c> (static-config §2).</summary>
public sealed record PingConfig
{
    /// <summary>Entry point of the ping router. Default traefik.</summary>
    public string? EntryPoint { get; init; } = "traefik";

    /// <summary>No router is made; ping@internal exists all the same.</summary>
    public bool ManualRouting { get; init; }

    /// <summary>Status while the gateway ends. Default 503.</summary>
    public int TerminatingStatusCode { get; init; } = 503;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<PingConfig> Type { get; } = new ObjectType<PingConfig>(static () => new())
        .Field("entryPoint", ConfigTypes.String, static o => o.EntryPoint, static (o, v) => o with { EntryPoint = v }, description: "Entry point of the ping router. Default traefik.")
        .Field("manualRouting", ConfigTypes.Bool, static o => o.ManualRouting, static (o, v) => o with { ManualRouting = v }, description: "No router is made; ping@internal exists all the same.")
        .Field("terminatingStatusCode", ConfigTypes.Int, static o => o.TerminatingStatusCode, static (o, v) => o with { TerminatingStatusCode = v }, description: "Status while the gateway ends. Default 503.");
}
