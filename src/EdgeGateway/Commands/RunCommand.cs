using System.Runtime.InteropServices;
using EdgeGateway.Hosting;
using EdgeGateway.Logging;
using EdgeGateway.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Commands;

/// <summary><c>edge-gateway [flags]</c>: runs the gateway until SIGTERM or SIGINT.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(string[] flags, CancellationToken cancellation)
    {
        if (CommandLine.Load(flags) is not { Configuration: var configuration } loaded)
        {
            return 1;
        }

        BoundedLineWriter lines;
        try
        {
            var log = configuration.Log;
            lines = BoundedLineWriter.Open(log.FilePath, "log", new LogRotation(log.MaxSize, log.MaxAge, log.MaxBackups, TimeProvider.System));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"the log file log.filePath={configuration.Log.FilePath} cannot be opened: {e.Message}");
            return 1;
        }

        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Trace)
            .AddProvider(new GatewayLoggerProvider(configuration.Log, lines, TimeProvider.System)));
        var logger = loggers.CreateLogger("EdgeGateway.Configuration");
        foreach (var warning in loaded.Warnings)
        {
            LogWarning(logger, warning.ToString());
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Cancel();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var gateway = new GatewayHost(configuration, loggers, lines, TimeProvider.System);
        return await gateway.RunAsync(end.Token);
    }

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private static partial void LogWarning(ILogger logger, string problem);
}
