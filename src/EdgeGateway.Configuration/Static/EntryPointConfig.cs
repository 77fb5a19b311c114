using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>entryPoints.&lt;name&gt;</c>.</summary>
public sealed record EntryPointConfig
{
    /// <summary><c>[host]:port[/tcp|/udp]</c>.</summary>
    public string? Address { get; init; }

    /// <summary>SO_REUSEPORT. Default false.</summary>
    public bool ReusePort { get; init; }

    /// <summary>A default entry point of routers without <c>entryPoints</c>.</summary>
    public bool AsDefault { get; init; }

    /// <summary>Time limits and life cycle.</summary>
    public TransportConfig Transport { get; init; } = new();

    /// <summary>Whose forwarded headers are believed.</summary>
    public ForwardedHeadersConfig ForwardedHeaders { get; init; } = new();

    /// <summary>HTTP settings.</summary>
    public EntryPointHttpConfig Http { get; init; } = new();
}

/// <summary><c>transport</c>.</summary>
public sealed record TransportConfig
{
    /// <summary>Shutdown times.</summary>
    public LifeCycleConfig LifeCycle { get; init; } = new();

    /// <summary>Time limits of a client.</summary>
    public RespondingTimeoutsConfig RespondingTimeouts { get; init; } = new();

    /// <summary>A connection is closed after it; 0 = no limit.</summary>
    public TimeSpan KeepAliveMaxTime { get; init; }

    /// <summary>A connection is closed after so many requests; 0 = no limit.</summary>
    public int KeepAliveMaxRequests { get; init; }
}

/// <summary><c>transport.lifeCycle</c>.</summary>
public sealed record LifeCycleConfig
{
    /// <summary>Requests are still accepted for so long after the signal. Default 0.</summary>
    public TimeSpan RequestAcceptGraceTimeout { get; init; }

    /// <summary>Running requests get so long to end. Default 10 s.</summary>
    public TimeSpan GraceTimeOut { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary><c>transport.respondingTimeouts</c>; 0 = no limit.</summary>
public sealed record RespondingTimeoutsConfig
{
    /// <summary>Reading a whole request. Default 60 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Writing a response. Default 0.</summary>
    public TimeSpan WriteTimeout { get; init; }

    /// <summary>Keep-alive idle time. Default 180 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(180);
}

/// <summary><c>forwardedHeaders</c>.</summary>
public sealed record ForwardedHeadersConfig
{
    /// <summary>Believe everybody.</summary>
    public bool Insecure { get; init; }

    /// <summary>Believe these addresses and networks.</summary>
    public ConfigList<string> TrustedIPs { get; init; } = ConfigList<string>.Empty;

    /// <summary>Headers that a client's Connection header may name and that pass all the same.</summary>
    public ConfigList<string> Connection { get; init; } = ConfigList<string>.Empty;

    /// <summary>The peer is not appended to X-Forwarded-For.</summary>
    public bool NotAppendXForwardedFor { get; init; }
}

/// <summary><c>http</c>.</summary>
public sealed record EntryPointHttpConfig
{
    /// <summary>Redirect to another entry point.</summary>
    public RedirectionsConfig? Redirections { get; init; }

    /// <summary>Middlewares in front of every router's; qualified names.</summary>
    public ConfigList<string> Middlewares { get; init; } = ConfigList<string>.Empty;

    /// <summary>TLS of routers that have none.</summary>
    public RouterTlsConfig? Tls { get; init; }

    /// <summary>Resolve <c>.</c>, <c>..</c> and <c>//</c> before routing. Default true.</summary>
    public bool SanitizePath { get; init; } = true;

    /// <summary>Which encoded characters a path may hold (400 otherwise, after routing); null = all.</summary>
    public EncodedCharactersConfig? EncodedCharacters { get; init; }

    /// <summary><c>;</c> becomes <c>%3B</c> instead of <c>&amp;</c>.</summary>
    public bool EncodeQuerySemicolons { get; init; }

    /// <summary>Header limit in bytes. Default 1048576.</summary>
    public int MaxHeaderBytes { get; init; } = 1048576;
}

/// <summary><c>http.redirections</c>.</summary>
public sealed record RedirectionsConfig
{
    /// <summary>The redirection.</summary>
    public EntryPointRedirectionConfig? EntryPoint { get; init; }
}

/// <summary><c>http.redirections.entryPoint</c>.</summary>
public sealed record EntryPointRedirectionConfig
{
    /// <summary>Target entry point name or <c>:port</c>.</summary>
    public string? To { get; init; }

    /// <summary>Target scheme. Default https.</summary>
    public string? Scheme { get; init; } = "https";

    /// <summary>301/308. Default true.</summary>
    public bool Permanent { get; init; } = true;

    /// <summary>Priority of the generated router; default MaxInt64−1.</summary>
    public long Priority { get; init; } = long.MaxValue - 1;
}

/// <summary>Encoded characters that a path may hold.</summary>
public sealed record EncodedCharactersConfig
{
    /// <summary><c>%2F</c>.</summary>
    public bool AllowEncodedSlash { get; init; } = true;

    /// <summary><c>%5C</c>.</summary>
    public bool AllowEncodedBackSlash { get; init; } = true;

    /// <summary><c>%00</c>.</summary>
    public bool AllowEncodedNullCharacter { get; init; } = true;

    /// <summary><c>%3B</c>.</summary>
    public bool AllowEncodedSemicolon { get; init; } = true;

    /// <summary><c>%25</c>.</summary>
    public bool AllowEncodedPercent { get; init; } = true;

    /// <summary><c>%3F</c>.</summary>
    public bool AllowEncodedQuestionMark { get; init; } = true;

    /// <summary><c>%23</c>.</summary>
    public bool AllowEncodedHash { get; init; } = true;
}
