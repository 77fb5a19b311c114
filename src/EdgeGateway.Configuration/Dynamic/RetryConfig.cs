using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>retry</c>.</summary>
public sealed record RetryConfig
{
    /// <summary>Tries in total; must be above 0.</summary>
    public long Attempts { get; init; }

    /// <summary>First wait, at most doubled; 0 (default) = none.</summary>
    public TimeSpan InitialInterval { get; init; }

    /// <summary>No retry after that; 0 (default) = no limit.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>A larger body is not repeated for a status. Default 2097152.</summary>
    public long? MaxRequestBodyBytes { get; init; } = 2097152;

    /// <summary>Repeats on these codes or ranges too, idempotent methods only.</summary>
    public ConfigList<string> Status { get; init; } = ConfigList<string>.Empty;

    /// <summary>True without <see cref="Status"/> is an error.</summary>
    public bool DisableRetryOnNetworkError { get; init; }

    /// <summary>POST, PATCH and LOCK too.</summary>
    public bool RetryNonIdempotentMethod { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RetryConfig> Type { get; } = new ObjectType<RetryConfig>(static () => new())
        .Field("attempts", ConfigTypes.Long, static o => o.Attempts, static (o, v) => o with { Attempts = v })
        .Field("initialInterval", ConfigTypes.Duration, static o => o.InitialInterval, static (o, v) => o with { InitialInterval = v })
        .Field("timeout", ConfigTypes.Duration, static o => o.Timeout, static (o, v) => o with { Timeout = v })
        .Field(
            "maxRequestBodyBytes", ConfigTypes.OptionalLong, static o => o.MaxRequestBodyBytes,
            static (o, v) => o with { MaxRequestBodyBytes = v })
        .Field("status", ConfigTypes.CommaList, static o => o.Status, static (o, v) => o with { Status = v })
        .Field(
            "disableRetryOnNetworkError", ConfigTypes.Bool, static o => o.DisableRetryOnNetworkError,
            static (o, v) => o with { DisableRetryOnNetworkError = v })
        .Field(
            "retryNonIdempotentMethod", ConfigTypes.Bool, static o => o.RetryNonIdempotentMethod,
            static (o, v) => o with { RetryNonIdempotentMethod = v });
}
