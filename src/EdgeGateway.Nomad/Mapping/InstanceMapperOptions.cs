namespace EdgeGateway.Nomad.Mapping;

/// <summary>The options of <c>providers.nomad</c> that decide what instances become (dynamic-config §2.1).</summary>
public sealed record InstanceMapperOptions
{
    /// <summary>Traefik's default of <see cref="DefaultRule"/>.</summary>
    public const string StandardDefaultRule = "Host(`{{ normalize .Name }}`)";

    /// <summary>Default of <see cref="LastInstanceGrace"/>: Nomad's default restart delay of 15 s and its jitter of 25 % (nomad-api §5.2), and a start.</summary>
    public static readonly TimeSpan StandardGrace = TimeSpan.FromSeconds(20);

    /// <summary>Name of the provider, for messages. Default <c>nomad</c>.</summary>
    public string Provider { get; init; } = "nomad";

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

    /// <summary>
    /// How long the routers of a service whose last instance went stay and answer 503; 0 = they go at once. Default 20 s: a task that
    /// crashes is away for Nomad's restart delay (15 s and up to a quarter more), and its requests must not fall to another router meanwhile.
    /// </summary>
    public TimeSpan LastInstanceGrace { get; init; } = StandardGrace;

    /// <summary>Tags may switch off the verification of their servers' certificates (<c>edge.policy.insecureSkipVerifyFromTags</c>).</summary>
    public bool InsecureSkipVerifyFromTags { get; init; }

    /// <summary>ID of the job in which this gateway runs: its services get no default router. Null = unknown.</summary>
    public string? OwnJobId { get; init; }
}
