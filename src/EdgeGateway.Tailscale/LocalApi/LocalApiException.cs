namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>A LocalAPI call failed.</summary>
/// <param name="fault">What kind of failure.</param>
/// <param name="message">One line: tailscaled's own text where it gave one.</param>
/// <param name="status">HTTP status, or 0 when there was no answer.</param>
/// <param name="retryAfter">The answer's <c>Retry-After</c>.</param>
/// <param name="cause">The underlying error.</param>
public sealed class LocalApiException(
    LocalApiFault fault, string message, int status = 0, TimeSpan? retryAfter = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What kind of failure.</summary>
    public LocalApiFault Fault { get; } = fault;

    /// <summary>HTTP status, or 0 when there was no answer.</summary>
    public int Status { get; } = status;

    /// <summary>The answer's <c>Retry-After</c>, if any.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
