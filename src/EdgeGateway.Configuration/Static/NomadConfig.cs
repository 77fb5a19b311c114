using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>providers.nomad</c> (static-config §2).</summary>
public sealed record NomadConfig
{
    /// <summary>Namespaces, each a provider of its own named <c>nomad-&lt;namespace&gt;</c>; <c>*</c> = all that the token sees. Default: the server's default, provider <c>nomad</c>.</summary>
    public ConfigList<string> Namespaces { get; init; } = ConfigList<string>.Empty;

    /// <summary>Prefix of tags. Default traefik.</summary>
    public string? Prefix { get; init; } = "traefik";

    /// <summary>Services without an enable tag are used. Default true.</summary>
    public bool ExposedByDefault { get; init; } = true;

    /// <summary>Go template of the rule of routers that have none.</summary>
    public string? DefaultRule { get; init; } = "Host(`{{ normalize .Name }}`)";

    /// <summary>Expression over tags; empty = all services.</summary>
    public string? Constraints { get; init; }

    /// <summary>Reads may be answered by any server.</summary>
    public bool Stale { get; init; }

    /// <summary>Poll period of last resort. Default 15 s.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Accepted: changes always come by events.</summary>
    public bool Watch { get; init; }

    /// <summary>Least time between two changes; 0 = none.</summary>
    public TimeSpan ThrottleDuration { get; init; }

    /// <summary>Services of groups that are scaled to nothing keep their routers, which answer 503.</summary>
    public bool AllowEmptyServices { get; init; }

    /// <summary>Where Nomad is.</summary>
    public NomadEndpointConfig Endpoint { get; init; } = new();

    /// <summary>How it is read and written.</summary>
    public static ObjectType<NomadConfig> Type { get; } = new ObjectType<NomadConfig>(static () => new())
        .Field("namespaces", ConfigTypes.CommaList, static o => o.Namespaces, static (o, v) => o with { Namespaces = v }, description: "Namespaces, each a provider named nomad-<namespace>; * = all that the token sees. Default: that of the server.")
        .Field("prefix", ConfigTypes.String, static o => o.Prefix, static (o, v) => o with { Prefix = v }, description: "Prefix of tags. Default traefik.")
        .Field("exposedByDefault", ConfigTypes.Bool, static o => o.ExposedByDefault, static (o, v) => o with { ExposedByDefault = v }, description: "Services without an enable tag are used. Default true.")
        .Field("defaultRule", ConfigTypes.String, static o => o.DefaultRule, static (o, v) => o with { DefaultRule = v }, description: "Go template of the rule of routers that have none.")
        .Field("constraints", ConfigTypes.String, static o => o.Constraints, static (o, v) => o with { Constraints = v }, description: "Expression over tags; empty = all services.")
        .Field("stale", ConfigTypes.Bool, static o => o.Stale, static (o, v) => o with { Stale = v }, description: "Reads may be answered by any server.")
        .Field("refreshInterval", ConfigTypes.Duration, static o => o.RefreshInterval, static (o, v) => o with { RefreshInterval = v }, description: "Poll period of last resort. Default 15 s.")
        .Field("watch", ConfigTypes.Bool, static o => o.Watch, static (o, v) => o with { Watch = v }, description: "Accepted: changes always come by events.")
        .Field("throttleDuration", ConfigTypes.Duration, static o => o.ThrottleDuration, static (o, v) => o with { ThrottleDuration = v }, description: "Least time between two changes; 0 = none.")
        .Field("allowEmptyServices", ConfigTypes.Bool, static o => o.AllowEmptyServices, static (o, v) => o with { AllowEmptyServices = v }, description: "Services of groups that are scaled to nothing keep their routers, which answer 503.")
        .Field("endpoint", NomadEndpointConfig.Type, static o => o.Endpoint, static (o, v) => o with { Endpoint = v }, description: "Where Nomad is.");
}
