using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Which requests are logged: <c>accessLog.filters</c>. One that keeps it is enough.</summary>
public sealed class AccessLogFilter
{
    private readonly StatusRanges? _statuses;
    private readonly bool _retried;
    private readonly TimeSpan _longerThan;

    private AccessLogFilter(StatusRanges? statuses, bool retried, TimeSpan longerThan) => (_statuses, _retried, _longerThan) = (statuses, retried, longerThan);

    /// <summary>Reads the options.</summary>
    /// <param name="config">They.</param>
    /// <param name="error">What is wrong with the statuses, which then keep none; else null.</param>
    /// <returns>Null when there is no filter, so that all are logged.</returns>
    public static AccessLogFilter? Create(AccessLogFiltersConfig config, out string? error)
    {
        StatusRanges? statuses = null;
        error = null;
        if (config.StatusCodes.Count > 0 && !StatusRanges.TryParse(config.StatusCodes, out statuses, out var fault))
        {
            error = fault;
        }

        return statuses is null && !config.RetryAttempts && config.MinDuration <= TimeSpan.Zero
            ? null
            : new(statuses, config.RetryAttempts, config.MinDuration);
    }

    /// <summary>Whether the request is logged.</summary>
    internal bool Keeps(int status, int retries, TimeSpan duration) =>
        _statuses?.Contains(status) == true || (_retried && retries > 0) || (_longerThan > TimeSpan.Zero && duration > _longerThan);
}
