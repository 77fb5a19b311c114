using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

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

    /// <summary>Who may send a PROXY header; null = it is not read.</summary>
    public ProxyProtocolInConfig? ProxyProtocol { get; init; }

    /// <summary>Settings of a UDP entry point.</summary>
    public EntryPointUdpConfig Udp { get; init; } = new();

    /// <summary>True for <c>/udp</c> addresses.</summary>
    public bool IsUdp => AddressSyntax.TryParse(Address ?? "", out var address, out _) && address.Protocol == "udp";

    /// <summary>Whose forwarded headers are believed.</summary>
    public ForwardedHeadersConfig ForwardedHeaders { get; init; } = new();

    /// <summary>HTTP settings.</summary>
    public EntryPointHttpConfig Http { get; init; } = new();

    /// <summary>HTTP/2 settings.</summary>
    public EntryPointHttp2Config Http2 { get; init; } = new();

    /// <summary>What is recorded about requests of routers that do not say it themselves; null = everything.</summary>
    public EntryPointObservabilityConfig? Observability { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointConfig> Type { get; } = new ObjectType<EntryPointConfig>(static () => new())
        .Field("address", ConfigTypes.String, static o => o.Address, static (o, v) => o with { Address = v }, description: "[host]:port[/tcp|/udp].")
        .Field("reusePort", ConfigTypes.Bool, static o => o.ReusePort, static (o, v) => o with { ReusePort = v }, description: "SO_REUSEPORT. Default false.")
        .Field("asDefault", ConfigTypes.Bool, static o => o.AsDefault, static (o, v) => o with { AsDefault = v }, description: "A default entry point of routers without entryPoints.")
        .Field("transport", TransportConfig.Type, static o => o.Transport, static (o, v) => o with { Transport = v }, description: "Time limits and life cycle.")
        .Field("proxyProtocol", ProxyProtocolInConfig.Type, static o => o.ProxyProtocol, static (o, v) => o with { ProxyProtocol = v }, FieldOptions.AllowEmpty, description: "Who may send a PROXY header.")
        .Field("udp", EntryPointUdpConfig.Type, static o => o.Udp, static (o, v) => o with { Udp = v }, description: "Settings of a UDP entry point.")
        .Field("forwardedHeaders", ForwardedHeadersConfig.Type, static o => o.ForwardedHeaders, static (o, v) => o with { ForwardedHeaders = v }, description: "Whose forwarded headers are believed.")
        .Field("http", EntryPointHttpConfig.Type, static o => o.Http, static (o, v) => o with { Http = v }, description: "HTTP settings.")
        .Field("http2", EntryPointHttp2Config.Type, static o => o.Http2, static (o, v) => o with { Http2 = v }, description: "HTTP/2 settings.")
        .Field("observability", EntryPointObservabilityConfig.Type, static o => o.Observability, static (o, v) => o with { Observability = v }, description: "What is recorded about requests of routers that do not say it themselves.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<TransportConfig> Type { get; } = new ObjectType<TransportConfig>(static () => new())
        .Field("lifeCycle", LifeCycleConfig.Type, static o => o.LifeCycle, static (o, v) => o with { LifeCycle = v }, description: "Shutdown times.")
        .Field("respondingTimeouts", RespondingTimeoutsConfig.Type, static o => o.RespondingTimeouts, static (o, v) => o with { RespondingTimeouts = v }, description: "Time limits of a client.")
        .Field("keepAliveMaxTime", ConfigTypes.Duration, static o => o.KeepAliveMaxTime, static (o, v) => o with { KeepAliveMaxTime = v }, description: "A connection is closed after it; 0 = no limit.")
        .Field("keepAliveMaxRequests", ConfigTypes.Int, static o => o.KeepAliveMaxRequests, static (o, v) => o with { KeepAliveMaxRequests = v }, description: "A connection is closed after so many requests; 0 = no limit.");
}

/// <summary><c>transport.lifeCycle</c>.</summary>
public sealed record LifeCycleConfig
{
    /// <summary>Requests are still accepted for so long after the signal. Default 0.</summary>
    public TimeSpan RequestAcceptGraceTimeout { get; init; }

    /// <summary>Running requests get so long to end. Default 10 s.</summary>
    public TimeSpan GraceTimeOut { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<LifeCycleConfig> Type { get; } = new ObjectType<LifeCycleConfig>(static () => new())
        .Field("requestAcceptGraceTimeout", ConfigTypes.Duration, static o => o.RequestAcceptGraceTimeout, static (o, v) => o with { RequestAcceptGraceTimeout = v }, description: "Requests are still accepted for so long after the signal. Default 0.")
        .Field("graceTimeOut", ConfigTypes.Duration, static o => o.GraceTimeOut, static (o, v) => o with { GraceTimeOut = v }, description: "Running requests get so long to end. Default 10 s.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RespondingTimeoutsConfig> Type { get; } = new ObjectType<RespondingTimeoutsConfig>(static () => new())
        .Field("readTimeout", ConfigTypes.Duration, static o => o.ReadTimeout, static (o, v) => o with { ReadTimeout = v }, description: "Reading a whole request. Default 60 s.")
        .Field("writeTimeout", ConfigTypes.Duration, static o => o.WriteTimeout, static (o, v) => o with { WriteTimeout = v }, description: "Writing a response. Default 0.")
        .Field("idleTimeout", ConfigTypes.Duration, static o => o.IdleTimeout, static (o, v) => o with { IdleTimeout = v }, description: "Keep-alive idle time. Default 180 s.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ForwardedHeadersConfig> Type { get; } = new ObjectType<ForwardedHeadersConfig>(static () => new())
        .Field("insecure", ConfigTypes.Bool, static o => o.Insecure, static (o, v) => o with { Insecure = v }, description: "Believe everybody.")
        .Field("trustedIPs", ConfigTypes.CommaList, static o => o.TrustedIPs, static (o, v) => o with { TrustedIPs = v }, description: "Believe these addresses and networks.")
        .Field("connection", ConfigTypes.CommaList, static o => o.Connection, static (o, v) => o with { Connection = v }, description: "Headers that a client's Connection header may name and that pass all the same.")
        .Field("notAppendXForwardedFor", ConfigTypes.Bool, static o => o.NotAppendXForwardedFor, static (o, v) => o with { NotAppendXForwardedFor = v }, description: "The peer is not appended to X-Forwarded-For.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointHttpConfig> Type { get; } = new ObjectType<EntryPointHttpConfig>(static () => new())
        .Field("redirections", RedirectionsConfig.Type, static o => o.Redirections, static (o, v) => o with { Redirections = v }, description: "Redirect to another entry point.")
        .Field("middlewares", ConfigTypes.CommaList, static o => o.Middlewares, static (o, v) => o with { Middlewares = v }, description: "Middlewares in front of every router's; qualified names.")
        .Field("tls", RouterTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v }, FieldOptions.AllowEmpty, description: "TLS of routers that have none.")
        .Field("sanitizePath", ConfigTypes.Bool, static o => o.SanitizePath, static (o, v) => o with { SanitizePath = v }, description: "Resolve ., .. and // before routing. Default true.")
        .Field("encodedCharacters", EncodedCharactersConfig.Type, static o => o.EncodedCharacters, static (o, v) => o with { EncodedCharacters = v }, description: "Which encoded characters a path may hold (400 otherwise, after routing); null = all.")
        .Field("encodeQuerySemicolons", ConfigTypes.Bool, static o => o.EncodeQuerySemicolons, static (o, v) => o with { EncodeQuerySemicolons = v }, description: "; becomes %3B instead of &.")
        .Field("maxHeaderBytes", ConfigTypes.Int, static o => o.MaxHeaderBytes, static (o, v) => o with { MaxHeaderBytes = v }, description: "Header limit in bytes. Default 1048576.");
}

/// <summary><c>http.redirections</c>.</summary>
public sealed record RedirectionsConfig
{
    /// <summary>The redirection.</summary>
    public EntryPointRedirectionConfig? EntryPoint { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RedirectionsConfig> Type { get; } = new ObjectType<RedirectionsConfig>(static () => new())
        .Field("entryPoint", EntryPointRedirectionConfig.Type, static o => o.EntryPoint, static (o, v) => o with { EntryPoint = v }, description: "The redirection.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointRedirectionConfig> Type { get; } = new ObjectType<EntryPointRedirectionConfig>(static () => new())
        .Field("to", ConfigTypes.String, static o => o.To, static (o, v) => o with { To = v }, description: "Target entry point name or :port.")
        .Field("scheme", ConfigTypes.String, static o => o.Scheme, static (o, v) => o with { Scheme = v }, description: "Target scheme. Default https.")
        .Field("permanent", ConfigTypes.Bool, static o => o.Permanent, static (o, v) => o with { Permanent = v }, description: "301/308. Default true.")
        .Field("priority", ConfigTypes.Long, static o => o.Priority, static (o, v) => o with { Priority = v }, description: "Priority of the generated router; default MaxInt64−1.");
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

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EncodedCharactersConfig> Type { get; } = new ObjectType<EncodedCharactersConfig>(static () => new())
        .Field("allowEncodedSlash", ConfigTypes.Bool, static o => o.AllowEncodedSlash, static (o, v) => o with { AllowEncodedSlash = v }, description: "%2F.")
        .Field("allowEncodedBackSlash", ConfigTypes.Bool, static o => o.AllowEncodedBackSlash, static (o, v) => o with { AllowEncodedBackSlash = v }, description: "%5C.")
        .Field("allowEncodedNullCharacter", ConfigTypes.Bool, static o => o.AllowEncodedNullCharacter, static (o, v) => o with { AllowEncodedNullCharacter = v }, description: "%00.")
        .Field("allowEncodedSemicolon", ConfigTypes.Bool, static o => o.AllowEncodedSemicolon, static (o, v) => o with { AllowEncodedSemicolon = v }, description: "%3B.")
        .Field("allowEncodedPercent", ConfigTypes.Bool, static o => o.AllowEncodedPercent, static (o, v) => o with { AllowEncodedPercent = v }, description: "%25.")
        .Field("allowEncodedQuestionMark", ConfigTypes.Bool, static o => o.AllowEncodedQuestionMark, static (o, v) => o with { AllowEncodedQuestionMark = v }, description: "%3F.")
        .Field("allowEncodedHash", ConfigTypes.Bool, static o => o.AllowEncodedHash, static (o, v) => o with { AllowEncodedHash = v }, description: "%23.");
}
