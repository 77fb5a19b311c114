using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Servers behind a balancer, and the attempt loop (design decision 9). It has no pause between attempts and never asks the same
/// server for the same fault again, so it is a choice among servers and no retry policy (that is the retry middleware's).
/// <list type="number">
/// <item>a server is chosen from the list in force at this moment; none: 503;</item>
/// <item>the forwarder makes one attempt and reports how far it came; it never writes a status;</item>
/// <item>an answer that began is the client's, whole or aborted; nothing is written to a client that left;</item>
/// <item>the request is repeated if that is harmless: always after a failed connect, since no byte of it went out; after a
/// connection that ended without an answer only by the rule of Go's transport (<see cref="RepeatableRequests"/>); three attempts
/// at most;</item>
/// <item>repeated on another server, and one that could not be reached is avoided for a moment by all requests. Only a connection
/// that had idled says nothing about its server, which may be asked again over a fresh one;</item>
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

    /// <summary>What is configured beyond plain turns; null = nothing.</summary>
    internal ServerSelection? Selection { get; init; }

    /// <summary>True: its servers are checked, so that it can tell a service above whether it is up.</summary>
    internal bool IsChecked { get; init; }

    /// <inheritdoc />
    public override bool IsUp => State.HasUsable(Selection?.CountsWeight ?? true);

    /// <inheritdoc />
    internal override string? HealthUnknown => IsChecked ? null : "healthCheck not enabled in config for this loadbalancer service";

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        context.PrepareUpstream();
        var record = context.Forwarding;
        record.ServiceName = Name;
        record.StartTimestamp = time.GetTimestamp();
        record.OriginHeaders = null;
        TriedServers tried = default;
        AttemptOutcome outcome = default;
        var attempts = 0;
        var wasStale = false;
        while (attempts < MaxAttempts)
        {
            // Step 1.
            var server = Selection is null ? State.Choose(tried) : Selection.Choose(context, tried);
            if (server is null && wasStale)
            {
                // No other is left, and the last one only lost a connection that had idled: it may be asked over a fresh one.
                server = Selection is null ? State.Choose(default) : Selection.Choose(context, default);
            }

            if (server is null)
            {
                break;
            }

            // Step 2.
            record.ServerUrl = server.Url;
            record.ServerStatus = 0;
            record.Retries = attempts++;
            if (attempts > 1)
            {
                forwarding.CountRetry();
            }

            var begun = Selection is null ? 0 : time.GetTimestamp();
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

            Selection?.Learn(context, server, outcome, begun);

            // Step 3.
            switch (outcome.Result)
            {
                case AttemptResult.Answered or AttemptResult.Refused:
                    return;
                case AttemptResult.ClientLeft or AttemptResult.CutShort:
                    context.Abort();
                    return;
            }

            // Step 4.
            if (!CanRepeat(context, outcome))
            {
                break;
            }

            // Step 5.
            if (outcome.Result is AttemptResult.ConnectFailed or AttemptResult.ConnectTimedOut)
            {
                server.AvoidUntil(time.GetTimestamp() + time.Ticks(AvoidFor));
            }

            // Another server first in any case: a killed one leaves many idle connections behind, each good for one failed attempt.
            wasStale = outcome.Idled;
            tried.Add(server);
        }

        // Step 6.
        record.IsUnreached = attempts > 0 && outcome.Result is AttemptResult.ConnectFailed or AttemptResult.ConnectTimedOut;
        await AnswerAsync(context, outcome.Result, attempts);
    }

    private static bool CanRepeat(GatewayContext context, AttemptOutcome outcome) => outcome.Result switch
    {
        AttemptResult.ConnectFailed or AttemptResult.ConnectTimedOut => !outcome.BodyTouched,
        AttemptResult.ClosedBeforeAnswer => RepeatableRequests.Allows(context.Http.Request),
        _ => false,
    };

    /// <summary>Gives the answer to a request that no server answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="result">Why the last attempt failed.</param>
    /// <param name="attempts">Attempts that were made; 0 = there was no server.</param>
    internal static ValueTask AnswerAsync(GatewayContext context, AttemptResult result, int attempts)
    {
        if (attempts == 0)
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status503ServiceUnavailable, "no available server");
        }

        switch (result)
        {
            case AttemptResult.ClientBodyTimedOut:
                CloseAfter(context);
                return ErrorAnswer.BareAsync(context, StatusCodes.Status504GatewayTimeout, "Gateway Timeout");
            case AttemptResult.ConnectTimedOut or AttemptResult.TimedOut:
                return ErrorAnswer.BareAsync(context, StatusCodes.Status504GatewayTimeout, "Gateway Timeout");
            case AttemptResult.Unusable:
                return ErrorAnswer.BareAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error");
            case AttemptResult.ClientBodyBroken:
                CloseAfter(context);
                return ErrorAnswer.BareAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error");
            default:
                return ErrorAnswer.BareAsync(context, StatusCodes.Status502BadGateway, "Bad Gateway");
        }
    }

    // What follows on the connection cannot be read either.
    private static void CloseAfter(GatewayContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Http.Request.Protocol))
        {
            context.Http.Response.Headers.Connection = "close";
        }
    }
}
