using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeGateway.Quickstart.Load;
using EdgeGateway.Quickstart.Processes;
using EdgeGateway.Quickstart.Tour;

namespace EdgeGateway.Quickstart;

/// <summary>Starts everything, takes the tour, and with <c>--once</c> says by its exit code whether all was well.</summary>
internal static class QuickstartCommand
{
    // The issue promises an unattended tour in under a minute; a machine that hangs must not hang its caller.
    private static readonly TimeSpan OnceLimit = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(bool once)
    {
        using var end = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        if (once)
        {
            end.CancelAfter(OnceLimit);
        }

        var clock = Stopwatch.StartNew();
        await using var stack = new LocalStack();
        try
        {
            await stack.StartAsync(end.Token);
            Guide.Print(stack, clock.Elapsed);
            using var client = new EdgeClient(stack);
            await using var load = new SteadyLoad(client);
            await using var handshakes = new HandshakeProbe(stack);
            var script = new TourScript(stack, client, load, handshakes);
            var steps = await script.RunAsync(end.Token);
            await load.StopAsync();
            await handshakes.StopAsync();
            var allWell = await Summary.PrintAsync(stack, steps, load, handshakes, clock.Elapsed);
            if (once)
            {
                return allWell ? 0 : 1;
            }

            Guide.Print(stack, null);
            Console.WriteLine("Everything goes on running; Ctrl-C ends it.");
            await Task.Delay(Timeout.Infinite, end.Token);
            return 0;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            Console.WriteLine();
            if (once)
            {
                await Console.Error.WriteLineAsync("Quickstart was interrupted or took longer than two minutes.");
            }

            return once ? 1 : 0;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"\nQuickstart failed: {e.Message}\n--- the gateway's last lines:\n{stack.Gateway?.Tail(20)}");
            return 1;
        }
    }
}
