using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Servers behind a balancer, and the attempt loop (design decision 9):
/// <list type="number">
/// <item>a server is chosen from the list in force at this moment; none: 503;</item>
/// <item>the forwarder makes one attempt and reports how far it came; it never writes a status;</item>
/// <item>an answer that began is the client's, whole or aborted; nothing is written to a client that left;</item>
/// <item>a server that could not be reached is avoided for a moment, and another one tried if the request can be repeated: always
/// after a failed connect, after a reset only when repeating does no harm; three attempts at most;</item>
/// <item>what is left becomes the error answer that Traefik gives (runtime-behaviour §1.2).</item>
/// </list>
/// </summary>
public sealed class LoadBalancedService(
    ServiceState state, UpstreamTransport transport, HttpForwarding forwarding, bool passHost, TimeProvider time)
    : HttpServiceModel(state.Name)
{
    private const int MaxAttempts = 3;

    // Long enough to spare a burst of requests the same refused connect, short enough for an instance that comes back.
    private static readonly TimeSpan AvoidFor = TimeSpan.FromSeconds(2);

    /// <summary>The live servers.</summary>
    public ServiceState State { get; } = state;

    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        var record = context.Forwarding;
        record.ServiceName = Name;
        record.StartTimestamp = time.GetTimestamp();
        TriedServers tried = default;
        AttemptOutcome outcome = default;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            // Step 1.
            var server = State.Choose(tried);
            if (server is null)
            {
                break;
            }

            // Step 2.
            tried.Add(server);
            record.ServerUrl = server.Url;
            record.Retries = attempt - 1;
            if (attempt > 1)
            {
                forwarding.CountRetry();
            }

            server.Enter();
            try
            {
                outcome = await forwarding.SendAsync(context, server, transport, passHost);
            }
            finally
            {
                server.Leave();
                record.Duration = time.GetElapsedTime(record.StartTimestamp);
            }

            // Step 3.
            switch (outcome.Result)
            {
                case AttemptResult.Answered:
                    return;
                case AttemptResult.CutShort:
                    context.Http.Abort();
                    return;
                case AttemptResult.ClientLeft when context.Http.RequestAborted.IsCancellationRequested:
                    return;
            }

            // Step 4.
            if (outcome.Result is AttemptResult.ConnectFailed or AttemptResult.TimedOut)
            {
                server.AvoidUntil(time.GetTimestamp() + (long)(AvoidFor.TotalSeconds * time.TimestampFrequency));
            }

            if (!CanRepeat(context, outcome))
            {
                break;
            }
        }

        // Step 5.
        await AnswerAsync(context, outcome, tried.IsEmpty);
    }

    private static bool CanRepeat(GatewayContext context, AttemptOutcome outcome)
    {
        if (outcome.BodyTouched)
        {
            return false;
        }

        return outcome.Result switch
        {
            AttemptResult.ConnectFailed => true,
            AttemptResult.ClosedBeforeAnswer => !HasBody(context.Http.Request) && IsHarmless(context.Method),
            _ => false,
        };
    }

    private static bool HasBody(HttpRequest request) => request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;

    // RFC 9110 §9.2.2: idempotent methods.
    private static bool IsHarmless(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE";

    private static ValueTask AnswerAsync(GatewayContext context, AttemptOutcome outcome, bool noServer) => outcome.Result switch
    {
        _ when noServer => ErrorAnswer.PlainAsync(context, StatusCodes.Status503ServiceUnavailable, "no available server"),
        AttemptResult.TimedOut => ErrorAnswer.BareAsync(context, StatusCodes.Status504GatewayTimeout, "Gateway Timeout"),
        AttemptResult.Unusable => ErrorAnswer.BareAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error"),
        AttemptResult.ClientLeft => ErrorAnswer.BareAsync(context, StatusCodes.Status400BadRequest, "Bad Request"),
        _ => ErrorAnswer.BareAsync(context, StatusCodes.Status502BadGateway, "Bad Gateway"),
    };
}
