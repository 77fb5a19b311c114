using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>
/// What Kestrel says. Warnings and errors go to our log. A request that Kestrel refuses before our code is told only here, by
/// connection ID and on the thread that is about to write the answer: the connection notes the compatible answer.
/// </summary>
internal sealed class EngineLoggerFactory(ILoggerFactory log, Func<string, Connection?> find) : ILoggerFactory
{
    private const string BadRequests = "Microsoft.AspNetCore.Server.Kestrel.BadRequests";

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        categoryName == BadRequests ? new RefusalLogger(find) : new QuietLogger(log.CreateLogger(categoryName));

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class QuietLogger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // Information is "on" although it goes nowhere: Kestrel then puts into its exceptions what it found wrong.
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }

    private sealed class RefusalLogger(Func<string, Connection?> find) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (exception is not BadHttpRequestException error || state is not IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                return;
            }

            for (var i = 0; i < values.Count; i++)
            {
                // A request that reached the handler has had its head accepted: the handler answers, not we.
                if (values[i] is { Key: "ConnectionId", Value: string id } && find(id) is { HasRunningRequest: false } connection)
                {
                    connection.Refused = RefusedRequest.From(error);
                    return;
                }
            }
        }
    }
}
