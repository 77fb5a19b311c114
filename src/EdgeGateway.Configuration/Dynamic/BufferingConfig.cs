using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>
/// <c>buffering</c>: request and answer are taken whole before they go on, what memory has no room for in a temporary file (<c>TMPDIR</c>).
/// Streams do not survive it, upgrades pass. A negative size is an error.
/// </summary>
public sealed record BufferingConfig
{
    /// <summary>Bytes; a larger request is answered 413. 0 = no limit.</summary>
    public long MaxRequestBodyBytes { get; init; }

    /// <summary>Bytes that are kept in memory, the rest in a file; 0 = 1048576.</summary>
    public long MemRequestBodyBytes { get; init; }

    /// <summary>Bytes; in place of a larger answer the client gets 500. 0 = no limit.</summary>
    public long MaxResponseBodyBytes { get; init; }

    /// <summary>Bytes that are kept in memory, the rest in a file; 0 = 1048576.</summary>
    public long MemResponseBodyBytes { get; init; }

    /// <summary>
    /// The request is repeated while it is true, ten times at most: comparisons of <c>IsNetworkError()</c> (502 or 504), <c>Attempts()</c>
    /// (1 after the first), <c>ResponseCode()</c> and <c>RequestMethod()</c>, with <c>&amp;&amp;</c>, <c>||</c> and parentheses. Null = never. One
    /// that cannot be read is an error that names the column.
    /// </summary>
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
