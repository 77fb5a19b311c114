namespace EdgeGateway.Nomad;

/// <summary>
/// How Nomad is reached and watched: <c>providers.nomad.*</c> with the environment applied (<see cref="NomadEnvironment"/>).
/// Prefix, default rule, constraints and exposedByDefault belong to the mapping, not here.
/// </summary>
public sealed record NomadProviderOptions
{
    /// <summary>Default of <see cref="Address"/>: nomad-api §9.4.</summary>
    public const string DefaultAddress = "http://127.0.0.1:4646";

    /// <summary>Provider name that qualifies every element; Traefik's name without <c>namespaces</c>.</summary>
    public string Name { get; init; } = "nomad";

    /// <summary>One or more addresses, comma separated: <c>http</c>, <c>https</c> or <c>unix</c>. Tried in order of health, then as written.</summary>
    public string Address { get; init; } = DefaultAddress;

    /// <summary>Where <see cref="Address"/> was written, for messages.</summary>
    public string AddressSource { get; init; } = "default";

    /// <summary>A fixed token; null = none, or <see cref="TokenFile"/>. Never logged.</summary>
    public string? Token { get; init; }

    /// <summary>The file of the task's identity token; re-read when it changes and when Nomad answers 401 or 403. Null = none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Region to ask; null = that of the agent.</summary>
    public string? Region { get; init; }

    /// <summary>The one namespace to watch; null = no parameter, which Nomad takes as <c>default</c>. <c>*</c> is refused.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// True: services of groups that are scaled to nothing are listed without address, so that their routers answer 503. Needs
    /// <c>list-jobs</c> and <c>read-job</c>. Default false.
    /// </summary>
    public bool AllowEmptyServices { get; init; }

    /// <summary>Any server may answer, also without a leader. Default false.</summary>
    public bool Stale { get; init; }

    /// <summary>
    /// Accepted for Traefik's sake and without effect: changes are live in both settings (design: no 15 s poll).
    /// </summary>
    public bool Watch { get; init; }

    /// <summary>Poll period of last resort, when neither the event stream nor blocking queries work. Default 15 s.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Least time between two messages; 0 (default) = each change at once.</summary>
    public TimeSpan ThrottleDuration { get; init; }

    /// <summary>How long a blocking query may wait at the server; null = 30 s beside the stream, 60 s without it (nomad-api §8.3, 8.6).</summary>
    public TimeSpan? EndpointWaitTime { get; init; }

    /// <summary>TLS towards Nomad; null = the system's roots, no client certificate.</summary>
    public NomadTlsOptions? Tls { get; init; }
}

/// <summary>TLS towards Nomad.</summary>
public sealed record NomadTlsOptions
{
    /// <summary>PEM file of the roots to trust instead of the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>PEM file of the client certificate; comes with <see cref="Key"/>.</summary>
    public string? Cert { get; init; }

    /// <summary>PEM file of the client certificate's key.</summary>
    public string? Key { get; init; }

    /// <summary>True: Nomad's certificate is not verified. Default false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Name for SNI and verification, such as <c>server.global.nomad</c>; null = host of the address.</summary>
    public string? ServerName { get; init; }
}
