using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart.Load;

/// <summary>New TLS connections for the whole tour: kept-alive ones would not notice a certificate that is bad or missing.</summary>
internal sealed class HandshakeProbe : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly LocalStack _stack;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _count;
    private int _failures;
    private string? _firstFailure;
    private string? _serial;

    public HandshakeProbe(LocalStack stack)
    {
        _stack = stack;
        _running = Task.Run(RunAsync);
    }

    public int Count => Volatile.Read(ref _count);

    public int Failures => Volatile.Read(ref _failures);

    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>Serial number of the certificate served last.</summary>
    public string? Serial => Volatile.Read(ref _serial);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Volatile.Write(ref _serial, await ShakeAsync());
            }
            catch (Exception e)
            {
                Interlocked.Increment(ref _failures);
                Interlocked.CompareExchange(ref _firstFailure, $"at {DateTimeOffset.UtcNow:HH:mm:ss.fff}: {e.Message}", null);
            }

            Interlocked.Increment(ref _count);
            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> ShakeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _stack.HttpsPort), limit.Token);
        await using var tls = new SslStream(new NetworkStream(socket));
        var options = EdgeClient.TrustOnly(_stack);

        // A resumed session shows no certificate.
        options.AllowTlsResume = false;
        await tls.AuthenticateAsClientAsync(options, limit.Token);
        using var served = new X509Certificate2(tls.RemoteCertificate!);
        return served.SerialNumber;
    }
}
