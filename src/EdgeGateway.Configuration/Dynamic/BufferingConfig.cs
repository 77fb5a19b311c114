using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>buffering</c>; a negative size is an error.</summary>
public sealed record BufferingConfig
{
    /// <summary>Larger is answered 413; 0 = no limit.</summary>
    public long MaxRequestBodyBytes { get; init; }

    /// <summary>Kept in memory; 0 = 1048576.</summary>
    public long MemRequestBodyBytes { get; init; }

    /// <summary>Larger is answered 500; 0 = no limit.</summary>
    public long MaxResponseBodyBytes { get; init; }

    /// <summary>Kept in memory; 0 = 1048576.</summary>
    public long MemResponseBodyBytes { get; init; }

    /// <summary>Repeats while it is true.</summary>
    public string? RetryExpression { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<BufferingConfig> Type { get; } = new ObjectType<BufferingConfig>(static () => new())
        .Field(
            "maxRequestBodyBytes", ConfigTypes.Long, static o => o.MaxRequestBodyBytes,
            static (o, v) => o with { MaxRequestBodyBytes = v })
        .Field(
            "memRequestBodyBytes", ConfigTypes.Long, static o => o.MemRequestBodyBytes,
            static (o, v) => o with { MemRequestBodyBytes = v })
        .Field(
            "maxResponseBodyBytes", ConfigTypes.Long, static o => o.MaxResponseBodyBytes,
            static (o, v) => o with { MaxResponseBodyBytes = v })
        .Field(
            "memResponseBodyBytes", ConfigTypes.Long, static o => o.MemResponseBodyBytes,
            static (o, v) => o with { MemResponseBodyBytes = v })
        .Field("retryExpression", ConfigTypes.String, static o => o.RetryExpression, static (o, v) => o with { RetryExpression = v });
}
