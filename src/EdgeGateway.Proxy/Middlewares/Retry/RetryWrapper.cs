using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Polly;

namespace EdgeGateway.Proxy.Middlewares.Retry;

/// <summary>
/// <c>retry</c> (runtime-behaviour §2.23): the rest of the pipeline runs again when no server could be reached, or, if <c>status</c> says so,
/// for a status. The service asks other servers by itself already (design decision 9): one try of this middleware ends when
/// it has none left. The last try goes straight to the client.
/// </summary>
internal sealed class RetryWrapper : RequestWrapper
{
    private readonly RetryConfig _config;
    private readonly StatusRanges? _statuses;
    private readonly BodyMemory _memory;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<bool>? _tries;

    private RetryWrapper(string name, RetryConfig config, StatusRanges? statuses, BodyMemory memory, TimeProvider time, Random random)
        : base(name)
    {
        _config = config;
        _statuses = statuses;
        _memory = memory;
        _time = time;
        if (config.Attempts > 1)
        {
            var delay = new RetryDelay(config.InitialInterval, config.Attempts, random);
            _tries = Tries.UntilTrue(time, (int)Math.Min(int.MaxValue, config.Attempts - 1), delay.Before);
        }
    }

    /// <summary>Makes it, or says what is wrong, in Traefik's words where it has some.</summary>
    public static (MiddlewareModel? Model, string? Error) Create(string name, RetryConfig config, BodyMemory memory, TimeProvider time, Random random)
    {
        if (config.Attempts <= 0)
        {
            return (null, $"incorrect (or empty) value for attempt ({config.Attempts})");
        }

        if (config.Status.Count == 0)
        {
            return config.DisableRetryOnNetworkError
                ? (null, "retry middleware requires at least HTTP status codes or retry on TCP")
                : (new RetryWrapper(name, config, null, memory, time, random), null);
        }

        return StatusRanges.TryParse(config.Status, out var statuses, out var fault)
            ? (new RetryWrapper(name, config, statuses, memory, time, random), null)
            : (null, $"creating HTTP code ranges: {fault}");
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next) => _tries is null ? next(context) : TryAsync(_tries, context, next);

    private async ValueTask TryAsync(ResiliencePipeline<bool> tries, GatewayContext context, RequestHandler next)
    {
        var looksAtStatus = _statuses is not null && (_config.RetryNonIdempotentMethod || context.Method is not ("POST" or "PATCH" or "LOCK"));
        using var repeat = new RequestRepeat(context, _config.MaxRequestBodyBytes ?? -1, looksAtStatus ? _memory : null);
        var gate = new Gate(context, this, repeat, looksAtStatus);
        await tries.ExecuteAsync(
            static async (state, _) =>
            {
                state.Gate.Begin();
                try
                {
                    await state.Next(state.Gate.Context);
                }
                finally
                {
                    state.Gate.End();
                }

                return !state.Gate.HasRefused;
            },
            (Gate: gate, Next: next), context.Http.RequestAborted);
    }

    /// <summary>Drops the answers that are not to be the client's.</summary>
    private sealed class Gate(GatewayContext context, RetryWrapper retry, RequestRepeat repeat, bool looksAtStatus) : AnswerGate(context.AnswerGate)
    {
        private readonly long _begun = retry._time.GetTimestamp();
        private long _tries;

        public GatewayContext Context { get; } = context;

        public void Begin()
        {
            if (_tries++ > 0)
            {
                repeat.Rewind();
                Context.Forwarding.Repeats++;
            }

            HasRefused = false;
            Context.Forwarding.IsUnreached = false;
            Context.AnswerGate = this;
        }

        public void End() => Context.AnswerGate = Outer;

        protected override bool Wants(int status) =>
            _tries >= retry._config.Attempts
            || (retry._config.Timeout > TimeSpan.Zero && retry._time.GetElapsedTime(_begun) >= retry._config.Timeout)
            || !(IsNetworkFault || IsNamed(status));

        private bool IsNetworkFault => !retry._config.DisableRetryOnNetworkError && Context.Forwarding.IsUnreached;

        private bool IsNamed(int status) => looksAtStatus && repeat.IsPossible && retry._statuses!.Contains(status);
    }
}
