using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>
/// Health learned from the traffic (runtime-behaviour §3.4): a server that failed often enough within the window gets no requests for as
/// long, then again; with an active check only that one brings it back.
/// </summary>
/// <param name="config">As configured.</param>
/// <param name="service">Qualified name of the service.</param>
/// <param name="isChecked">True: there is an active check, too.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class PassiveHealth(PassiveHealthCheckConfig config, string service, bool isChecked, TimeProvider time, ILogger logger)
{
    // A number that no server reaches is no reason to remember so many.
    private const long MostFailures = 10_000;

    private static readonly TimeSpan DefaultWindow = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _window = config.FailureWindow > TimeSpan.Zero ? config.FailureWindow : DefaultWindow;
    private readonly long _limit = Math.Clamp(config.MaxFailedAttempts, 1, MostFailures);

    /// <summary>An attempt ended.</summary>
    /// <param name="server">Where it went.</param>
    /// <param name="outcome">How far it came.</param>
    /// <param name="status">Status that the server gave; 0 when none came.</param>
    public void Note(Server server, AttemptOutcome outcome, int status)
    {
        if (!IsFailure(outcome, status))
        {
            if (outcome.Result is AttemptResult.Answered or AttemptResult.Refused)
            {
                server.FailuresSoFar?.Clear();
            }

            return;
        }

        var now = time.GetTimestamp();
        var from = now - time.Ticks(_window);
        if (server.Failures.Add(now, from, _limit) && server.IsUp)
        {
            server.IsUp = false;
            Down(logger, service, server.Url, _limit, _window.TotalSeconds);
            if (!isChecked)
            {
                _ = ReturnAsync(server);
            }
        }
    }

    /// <summary>A status of 500 or more, or no answer at all; not what the client did, nor a connection that had idled to death.</summary>
    internal static bool IsFailure(AttemptOutcome outcome, int status) => outcome.Result switch
    {
        AttemptResult.Answered or AttemptResult.Refused => status >= 500,
        AttemptResult.ConnectFailed or AttemptResult.ConnectTimedOut or AttemptResult.TimedOut or AttemptResult.Unusable => true,
        AttemptResult.ClosedBeforeAnswer => !outcome.Idled,
        _ => false,
    };

    private async Task ReturnAsync(Server server)
    {
        await Task.Delay(_window, time);
        server.IsUp = true;
        Back(logger, service, server.Url);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Out of service after {Count} failed requests: service {Service}, server {Server}, for {Seconds} s [EG-HEALTH-PASSIVE]")]
    private static partial void Down(ILogger logger, string service, string server, long count, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "In service again: service {Service}, server {Server}")]
    private static partial void Back(ILogger logger, string service, string server);
}
