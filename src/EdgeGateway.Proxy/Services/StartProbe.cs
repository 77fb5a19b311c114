using System.Net.Sockets;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Finds out when an instance that just joined a service begins to listen. Nomad lists an instance as soon as its task runs, so
/// before it listens (nomad-api §0.2): no request is sent to it while an instance that took a connection before is there. The gateway
/// itself knocks, so that no request has to: a bare connect, closed at once, until one succeeds, a request got through, or the
/// instance is gone.
/// </summary>
internal static class StartProbe
{
    // The first request after the instance listens should not wait long for it; one that never listens costs one connect a second.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // An address that swallows packets: the next knock does not wait for the kernel's two minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Begins to knock; ends by itself.</summary>
    public static void Begin(Server server, TimeProvider time) => _ = Task.Run(() => RunAsync(server, time));

    private static async Task RunAsync(Server server, TimeProvider time)
    {
        var knock = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = arguments => ValueTask.FromResult(!arguments.Outcome.Result && server.IsStarting),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                UseJitter = true,
            })
            .Build();
        if (await knock.ExecuteAsync(async _ => await ConnectsAsync(server, time)))
        {
            server.Address.Prove();
        }
    }

    private static async ValueTask<bool> ConnectsAsync(Server server, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
