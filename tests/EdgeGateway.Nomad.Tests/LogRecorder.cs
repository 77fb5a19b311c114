using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad.Tests;

/// <summary>Keeps log lines, and lets a test wait for one.</summary>
internal sealed class LogRecorder : ILogger
{
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public async Task UntilAsync(string part, TimeSpan limit, int times = 1)
    {
        using var end = new CancellationTokenSource(limit);
        while (true)
        {
            Task more;
            lock (_lines)
            {
                if (_lines.Count(l => l.Contains(part, StringComparison.Ordinal)) >= times)
                {
                    return;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no line with \"{part}\":\n{string.Join('\n', Lines)}");
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}".TrimEnd());
            _more.TrySetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
