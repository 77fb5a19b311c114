namespace EdgeGateway.Nomad.Mapping;

/// <summary>The options of <c>providers.nomad</c> that decide what instances become (dynamic-config §2.1).</summary>
public sealed record InstanceMapperOptions
{
    /// <summary>Traefik's default of <see cref="DefaultRule"/>.</summary>
    public const string StandardDefaultRule = "Host(`{{ normalize .Name }}`)";

    /// <summary>Prefix of tags; may be empty. Default <c>traefik</c>.</summary>
    public string Prefix { get; init; } = "traefik";

    /// <summary>True (default): instances without <c>traefik.enable</c> are used.</summary>
    public bool ExposedByDefault { get; init; } = true;

    /// <summary>Template of the rule of routers without one. Empty = such routers are left out with an error.</summary>
    public string DefaultRule { get; init; } = StandardDefaultRule;

    /// <summary>Constraint expression over raw tags; empty = all.</summary>
    public string Constraints { get; init; } = "";

    /// <summary>True: a service without an instance is kept and answers 503. Default false.</summary>
    public bool AllowEmptyServices { get; init; }

    /// <summary>ID of the job in which this gateway runs: its services get no default router. Null = unknown.</summary>
    public string? OwnJobId { get; init; }
}
