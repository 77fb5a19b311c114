using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>
/// <c>failover</c>: the main service while it is up, else the fallback; with <c>errors.status</c> also for single requests, whose answer
/// from the main service is then dropped (runtime-behaviour §3.5). A body goes to the main service as it comes, and to the fallback
/// again from a copy; only a limit for a body of unknown length asks to read it first.
/// </summary>
/// <param name="name">Qualified name.</param>
/// <param name="main">Main service.</param>
/// <param name="fallback">Fallback.</param>
/// <param name="errors">Statuses that go to the fallback; null = none.</param>
/// <param name="maxBody">A longer body is refused, 413; negative = no limit, but beyond <see cref="BodyMemory.Each"/> the main service's answer stays.</param>
/// <param name="reports">True: its health is known to a service above, and both down is 503.</param>
/// <param name="memory">For copies of bodies.</param>
internal sealed class FailoverService(
    string name, HttpServiceModel main, HttpServiceModel fallback, StatusRanges? errors, long maxBody, bool reports, BodyMemory memory)
    : HttpServiceModel(name)
{
    /// <inheritdoc />
    public override bool IsUp => main.IsUp || fallback.IsUp;

    /// <inheritdoc />
    internal override string? HealthUnknown => reports ? null : "healthCheck not enabled in config for this failover service";

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context) =>
        !main.IsUp ? FallBackAsync(context)
        : errors is null ? main.HandleAsync(context)
        : TryAsync(context, errors);

    private ValueTask FallBackAsync(GatewayContext context) => reports && !fallback.IsUp
        ? ErrorAnswer.PlainAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable")
        : fallback.HandleAsync(context);

    private async ValueTask TryAsync(GatewayContext context, StatusRanges statuses)
    {
        var length = context.Http.Request.ContentLength;
        var hasBody = RequestRepeat.HasBody(context);
        if (hasBody && maxBody >= 0 && length > maxBody)
        {
            await TooLargeAsync(context);
            return;
        }

        using var repeat = new RequestRepeat(context, maxBody, memory);
        if (hasBody && maxBody >= 0 && length is null)
        {
            await repeat.ReadBodyAsync();
            if (!repeat.IsPossible)
            {
                await TooLargeAsync(context);
                return;
            }
        }

        var gate = new Gate(context.AnswerGate, statuses, repeat);
        context.AnswerGate = gate;
        try
        {
            await main.HandleAsync(context);
        }
        finally
        {
            context.AnswerGate = gate.Outer;
        }

        if (gate.HasRefused)
        {
            repeat.Rewind();
            await FallBackAsync(context);
        }
    }

    private static ValueTask TooLargeAsync(GatewayContext context)
    {
        // What follows on the connection is the rest of the body.
        if (!HttpProtocol.IsHttp2(context.Http.Request.Protocol))
        {
            context.Http.Response.Headers.Connection = "close";
        }

        return ErrorAnswer.PlainAsync(context, StatusCodes.Status413PayloadTooLarge, "Request Entity Too Large");
    }

    private sealed class Gate(AnswerGate? outer, StatusRanges statuses, RequestRepeat repeat) : AnswerGate(outer)
    {
        // A body that could not be kept cannot be sent again: then the answer stands.
        protected override bool Wants(int status) => !repeat.IsPossible || !statuses.Contains(status);
    }
}
