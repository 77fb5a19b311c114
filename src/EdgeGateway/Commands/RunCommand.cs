using System.Runtime.InteropServices;
using EdgeGateway.Hosting;
using EdgeGateway.Logging;
using EdgeGateway.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Commands;

/// <summary><c>edge-gateway [flags]</c>: runs the gateway until SIGTERM or SIGINT.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(string[] flags, CancellationToken cancellation)
    {
        if (CommandLine.Load(flags) is not { } configuration)
        {
            return 1;
        }

        BoundedLineWriter lines;
        try
        {
            lines = BoundedLineWriter.Open(configuration.Log.FilePath, "log");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"the log file log.filePath={configuration.Log.FilePath} cannot be opened: {e.Message}");
            return 1;
        }

        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Trace)
            .AddProvider(new GatewayLoggerProvider(configuration.Log, lines, TimeProvider.System)));
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
}
