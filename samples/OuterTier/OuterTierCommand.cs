using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeGateway.OuterTier;

/// <summary>Starts everything, shows it, and with <c>--once</c> says by its exit code whether all was well.</summary>
internal static class OuterTierCommand
{
    // It takes seconds; a machine that hangs must not hang its caller.
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
        await using var tier = new Tier();
        try
        {
            Console.WriteLine("Starting an outer gateway, three inner ones and a default …");
            await tier.StartAsync(end.Token);
            Console.WriteLine($"""

                Up after {clock.Elapsed.TotalSeconds:0.0} s. The outer gateway knows files only and decrypts nothing:
                  {string.Join(' ', tier.Flags)}

                  routes   cat {tier.DynamicFile}
                  log      tail -f {tier.LogFile}
                  worker   curl -k --resolve {Tier.Name}:{tier.Port}:127.0.0.1 https://{Tier.Name}:{tier.Port}/
                  default  curl -k --resolve else.example:{tier.Port}:127.0.0.1 https://else.example:{tier.Port}/

                """);
            await new Tour(tier).RunAsync(end.Token);
            Console.WriteLine($"All is well. {clock.Elapsed.TotalSeconds:0.0} s; client, gateways and applications share this machine.");
            if (once)
            {
                return 0;
            }

            Console.WriteLine("Everything goes on running; Ctrl-C ends it.");
            await Task.Delay(Timeout.Infinite, end.Token);
            return 0;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            if (once)
            {
                await Console.Error.WriteLineAsync("OuterTier was interrupted or took longer than two minutes.");
            }

            return once ? 1 : 0;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"\nNOT well: {e.Message}\n--- the outer gateway's last lines:\n{tier.Gateway?.Tail(20)}");
            return 1;
        }
    }
}
