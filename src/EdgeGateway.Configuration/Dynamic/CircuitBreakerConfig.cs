using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>circuitBreaker</c>.</summary>
public sealed record CircuitBreakerConfig
{
    /// <summary>Opens when true; invalid = error.</summary>
    public string? Expression { get; init; }

    /// <summary>Between looks at the figures. Default 100 ms.</summary>
    public TimeSpan CheckPeriod { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Stays open. Default 10 s.</summary>
    public TimeSpan FallbackDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lets more and more through. Default 10 s.</summary>
    public TimeSpan RecoveryDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Answer while open. Default 503.</summary>
    public long ResponseCode { get; init; } = 503;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CircuitBreakerConfig> Type { get; } = new ObjectType<CircuitBreakerConfig>(static () => new())
        .Field("expression", ConfigTypes.String, static o => o.Expression, static (o, v) => o with { Expression = v })
        .Field("checkPeriod", ConfigTypes.Duration, static o => o.CheckPeriod, static (o, v) => o with { CheckPeriod = v })
        .Field("fallbackDuration", ConfigTypes.Duration, static o => o.FallbackDuration, static (o, v) => o with { FallbackDuration = v })
        .Field("recoveryDuration", ConfigTypes.Duration, static o => o.RecoveryDuration, static (o, v) => o with { RecoveryDuration = v })
        .Field("responseCode", ConfigTypes.Long, static o => o.ResponseCode, static (o, v) => o with { ResponseCode = v });
}
