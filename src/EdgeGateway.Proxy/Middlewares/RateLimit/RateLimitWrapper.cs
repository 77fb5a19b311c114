using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares.Sources;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.RateLimit;

/// <summary>
/// <c>rateLimit</c> (runtime-behaviour §2.18): a token bucket for each source. A request that comes a little too early is held back, one
/// that comes much too early is answered 429.
/// </summary>
internal sealed class RateLimitWrapper : RequestWrapper
{
    private static readonly SourceCriterionConfig ByPeer = new() { IpStrategy = new() };

    private readonly RequestSource _source;
    private readonly RateLimitState? _state;
    private readonly TimeProvider _time;

    private RateLimitWrapper(string name, RequestSource source, RateLimitState? state, TimeProvider time)
        : base(name)
    {
        _source = source;
        _state = state;
        _time = time;
    }

    /// <summary>Makes it, or says what is wrong, in Traefik's words where it has some.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="adopt">Gives the buckets of this use of the middleware, made by the argument if there are none yet.</param>
    /// <param name="time">Clock.</param>
    public static (MiddlewareModel? Model, string? Error) Create(
        string name, RateLimitConfig config, Func<Func<RateLimitState>, RateLimitState> adopt, TimeProvider time)
    {
        if (config.Redis is not null)
        {
            return (null, Unsupported.Text("rateLimit.redis (buckets that gateways share)"));
        }

        if (config.Average < 0 || config.Period < TimeSpan.Zero)
        {
            return (null, config.Average < 0 ? $"negative value not valid for average: {config.Average}" : $"negative value not valid for period: {GoDuration.Format(config.Period)}");
        }

        if (!RequestSource.TryCreate(config.SourceCriterion, ByPeer, out var source, out var error))
        {
            return (null, $"getting source extractor: {error}");
        }

        var period = config.Period == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : config.Period;
        var state = config.Average == 0 ? null : adopt(() => new RateLimitState(config.Average / period.TotalSeconds, Math.Max(config.Burst, 1), time));
        return (new RateLimitWrapper(name, source, state, time), null);
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        if (_state is null)
        {
            return next(context);
        }

        var wait = _state.Take(_source.KeyOf(context));
        return wait == TimeSpan.Zero ? next(context) : wait > _state.MaxDelay ? RefuseAsync(context, wait) : HoldAsync(context, next, wait);
    }

    private async ValueTask HoldAsync(GatewayContext context, RequestHandler next, TimeSpan wait)
    {
        await Task.Delay(wait, _time, context.Http.RequestAborted);
        await next(context);
    }

    private static ValueTask RefuseAsync(GatewayContext context, TimeSpan wait)
    {
        var headers = context.Http.Response.Headers;
        headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        headers["X-Retry-In"] = GoDuration.Format(wait);
        return ErrorAnswer.BareAsync(context, StatusCodes.Status429TooManyRequests, "Too Many Requests");
    }
}
