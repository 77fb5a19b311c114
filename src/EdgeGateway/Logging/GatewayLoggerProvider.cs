using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Logging;

/// <summary>The gateway's own log: one bounded buffer, one writer, two formats (design decision 5).</summary>
internal sealed class GatewayLoggerProvider(LogConfig config, BoundedLineWriter writer, TimeProvider time) : ILoggerProvider
{
    // What the flush at the end may take; a reader that is gone must not keep the process.
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private readonly bool _json = string.Equals(config.Format, "json", StringComparison.OrdinalIgnoreCase);
    private readonly LogLevel _level = LevelOf(config.Level);

    /// <summary>The level of a name in any case; of an unknown one, which the loader warned of, the default.</summary>
    public static LogLevel LevelOf(string? name) => name?.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "PANIC" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    public ILogger CreateLogger(string categoryName) => new GatewayLogger(this, categoryName, LeastOf(categoryName));

    public void Dispose() => writer.Close(FlushLimit);

    internal void Write(LogLevel level, string category, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception) =>
        writer.Write(_json
            ? LogFormat.Json(time.GetUtcNow(), level, category, message, fields, exception)
            : LogFormat.Common(time.GetUtcNow(), level, message, exception));

    // The HTTP libraries report every request that a client broke off: below an error it is of use to nobody but us, at TRACE.
    private LogLevel LeastOf(string category) =>
        category.StartsWith("EdgeGateway", StringComparison.Ordinal) ? _level
        : _level == LogLevel.Trace ? LogLevel.Debug
        : category.StartsWith("Yarp.", StringComparison.Ordinal) ? LogLevel.None
        : (LogLevel)Math.Max((int)LogLevel.Error, (int)_level);
}
