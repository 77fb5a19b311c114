using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Active health check of the servers of an HTTP service. The first check comes after one interval; servers start as up.</summary>
public sealed record HealthCheckConfig
{
    /// <summary>Default: the server's. For grpc <c>http</c>, <c>h2c</c> or empty = plaintext.</summary>
    public string? Scheme { get; init; }

    /// <summary><c>grpc</c> = the gRPC health protocol; anything else = http.</summary>
    public string? Mode { get; init; } = "http";

    /// <summary>Relative path.</summary>
    public string? Path { get; init; }

    /// <summary>Default GET.</summary>
    public string? Method { get; init; }

    /// <summary>Expected status; 0 = any from 200 to 399.</summary>
    public long Status { get; init; }

    /// <summary>Default: the server's.</summary>
    public long Port { get; init; }

    /// <summary>Between checks of a healthy server; 0 or less = 30 s. Default 30 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between checks of an unhealthy server; default the interval.</summary>
    public TimeSpan? UnhealthyInterval { get; init; }

    /// <summary>Of one check; 0 or less = 5 s. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Host header.</summary>
    public string? Hostname { get; init; }

    /// <summary>Default true.</summary>
    public bool? FollowRedirects { get; init; } = true;

    /// <summary>Request headers.</summary>
    public ConfigMap<string> Headers { get; init; } = ConfigMap<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HealthCheckConfig> Type { get; } = new ObjectType<HealthCheckConfig>(static () => new())
        .Field("scheme", ConfigTypes.String, static o => o.Scheme, static (o, v) => o with { Scheme = v })
        .Field("mode", ConfigTypes.String, static o => o.Mode, static (o, v) => o with { Mode = v })
        .Field("path", ConfigTypes.String, static o => o.Path, static (o, v) => o with { Path = v })
        .Field("method", ConfigTypes.String, static o => o.Method, static (o, v) => o with { Method = v })
        .Field("status", ConfigTypes.Long, static o => o.Status, static (o, v) => o with { Status = v })
        .Field("port", ConfigTypes.Long, static o => o.Port, static (o, v) => o with { Port = v })
        .Field("interval", ConfigTypes.Duration, static o => o.Interval, static (o, v) => o with { Interval = v })
        .Field(
            "unhealthyInterval", ConfigTypes.OptionalDuration, static o => o.UnhealthyInterval,
            static (o, v) => o with { UnhealthyInterval = v })
        .Field("timeout", ConfigTypes.Duration, static o => o.Timeout, static (o, v) => o with { Timeout = v })
        .Field("hostname", ConfigTypes.String, static o => o.Hostname, static (o, v) => o with { Hostname = v })
        .Field("followRedirects", ConfigTypes.OptionalBool, static o => o.FollowRedirects, static (o, v) => o with { FollowRedirects = v })
        .Field("headers", ConfigTypes.MapOf(ConfigTypes.Text), static o => o.Headers, static (o, v) => o with { Headers = v });
}

/// <summary>Health learned from the traffic; a failure is a status of 500 or more, or a server that could not be written to.</summary>
public sealed record PassiveHealthCheckConfig
{
    /// <summary>Sliding window, also the time a server stays out. Default 10 s.</summary>
    public TimeSpan FailureWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures in the window that take a server out; a success clears the count. Default 1.</summary>
    public long MaxFailedAttempts { get; init; } = 1;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<PassiveHealthCheckConfig> Type { get; } = new ObjectType<PassiveHealthCheckConfig>(static () => new())
        .Field("failureWindow", ConfigTypes.Duration, static o => o.FailureWindow, static (o, v) => o with { FailureWindow = v })
        .Field("maxFailedAttempts", ConfigTypes.Long, static o => o.MaxFailedAttempts, static (o, v) => o with { MaxFailedAttempts = v });
}

/// <summary>Switch of a composite service: its members report their health; each must have a health check.</summary>
public sealed record HealthCheckReportConfig
{
    /// <summary>How it is read and written.</summary>
    public static ObjectType<HealthCheckReportConfig> Type { get; } = new(static () => new());
}
