using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary><c>circuitBreaker</c>: answers by itself while what lies behind is not well (runtime-behaviour §2.5).</summary>
internal sealed partial class CircuitBreakerWrapper : RequestWrapper
{
    private readonly CircuitState _state;
    private readonly string _router;
    private readonly int _status;
    private readonly string _phrase;
    private readonly TimeSpan _open;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes it.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="router">Router, or service, that uses it.</param>
    /// <param name="config">As configured.</param>
    /// <param name="state">Outlives reloads.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told when it opens.</param>
    public CircuitBreakerWrapper(string name, string router, CircuitBreakerConfig config, CircuitState state, TimeProvider time, ILogger logger)
        : base(name)
    {
        _state = state;
        _router = router;
        _status = (int)Math.Clamp(config.ResponseCode, 100, 999);
        _phrase = GoReasonPhrase.For(_status) ?? ReasonPhrases.GetReasonPhrase(_status);
        _open = config.FallbackDuration;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next) =>
        _state.Allows() ? WatchAsync(context, next) : ErrorAnswer.BareAsync(context, _status, _phrase);

    private async ValueTask WatchAsync(GatewayContext context, RequestHandler next)
    {
        var begun = _time.GetTimestamp();
        var watch = new Watch(context.AnswerGate);
        context.AnswerGate = watch;
        try
        {
            await next(context);
        }
        finally
        {
            context.AnswerGate = watch.Outer;
        }

        // A client that left says nothing about the server.
        if (watch.Status == 0 && context.IsAborted)
        {
            return;
        }

        if (_state.Note(watch.Status != 0 ? watch.Status : context.Http.Response.StatusCode, _time.GetElapsedTime(begun)))
        {
            Opened(_logger, Name, _router, _open.TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Circuit breaker {Middleware} of {Router} is open for {Seconds} s: its expression holds [EG-CIRCUIT]")]
    private static partial void Opened(ILogger logger, string middleware, string router, double seconds);

    /// <summary>Sees each answer's status, also of one that a service further out drops.</summary>
    private sealed class Watch(AnswerGate? outer) : AnswerGate(outer)
    {
        public int Status { get; private set; }

        protected override bool Wants(int status)
        {
            Status = status;
            return true;
        }
    }
}
