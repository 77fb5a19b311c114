using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Logging;

/// <summary>The gateway's own log: one queue, one writer, two formats. What the HTTP libraries say is of no use below an error.</summary>
internal sealed class GatewayLoggerProvider(LogConfig config, BoundedLineWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly bool _json = string.Equals(config.Format, "json", StringComparison.OrdinalIgnoreCase);
    private readonly LogLevel _level = LevelOf(config.Level);

    /// <summary>The level of a name in any case; an unknown one is ERROR, as in Traefik.</summary>
    public static LogLevel LevelOf(string? name) => name?.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" => LogLevel.Information,
        "WARN" => LogLevel.Warning,
        "FATAL" or "PANIC" => LogLevel.Critical,
        _ => LogLevel.Error,
    };

    public ILogger CreateLogger(string categoryName) => new Logger(
        this,
        categoryName.StartsWith("EdgeGateway", StringComparison.Ordinal) ? _level
        : _level == LogLevel.Trace ? LogLevel.Debug
        : LogLevel.Critical);

    public void Dispose() => writer.Close(TimeSpan.FromSeconds(2));

    private sealed class Logger(GatewayLoggerProvider provider, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, formatter(state, exception), exception);
            }
        }
    }

    private void Write(LogLevel level, string message, Exception? exception) =>
        writer.Write((_json ? LogFormat.Json : (Func<DateTimeOffset, LogLevel, string, Exception?, string>)LogFormat.Common)(
            time.GetUtcNow(), level, message, exception));
}
