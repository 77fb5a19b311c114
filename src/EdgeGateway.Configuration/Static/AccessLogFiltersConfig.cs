using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog.filters</c>: a request is logged if one of them keeps it; without any, all are (static-config §2.5).</summary>
public sealed record AccessLogFiltersConfig
{
    /// <summary>Keeps these statuses: <c>200</c>, <c>300-302</c>.</summary>
    public ConfigList<string> StatusCodes { get; init; } = [];

    /// <summary>Keeps requests that were tried again. Default false.</summary>
    public bool RetryAttempts { get; init; }

    /// <summary>Keeps requests that took longer. Default 0 = keeps none.</summary>
    public TimeSpan MinDuration { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogFiltersConfig> Type { get; } = new ObjectType<AccessLogFiltersConfig>(static () => new())
        .Field("statusCodes", ConfigTypes.CommaList, static o => o.StatusCodes, static (o, v) => o with { StatusCodes = v }, description: "Keeps these statuses: 200, 300-302.")
        .Field("retryAttempts", ConfigTypes.Bool, static o => o.RetryAttempts, static (o, v) => o with { RetryAttempts = v }, description: "Keeps requests that were tried again. Default false.")
        .Field("minDuration", ConfigTypes.Duration, static o => o.MinDuration, static (o, v) => o with { MinDuration = v }, description: "Keeps requests that took longer. Default 0 = keeps none.");
}
