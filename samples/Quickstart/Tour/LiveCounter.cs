using EdgeGateway.Quickstart.Load;

namespace EdgeGateway.Quickstart.Tour;

/// <summary>The line that counts while a step runs; silent when nobody looks (output goes to a file or a test).</summary>
internal sealed class LiveCounter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public LiveCounter(string step, SteadyLoad load, HandshakeProbe handshakes) => _running = Console.IsOutputRedirected
        ? Task.CompletedTask
        : Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                Console.Write($"\r  … {step}: {load.Requests} requests, {load.Failures} failed; {handshakes.Count} handshakes, {handshakes.Failures} failed   ");
                await Task.Delay(200, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            Console.Write("\r" + new string(' ', 110) + "\r");
        });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
