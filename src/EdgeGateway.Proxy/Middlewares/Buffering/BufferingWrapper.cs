// buffering, a request:
//   1  A body that is announced to be too long is refused before anything of it is read.
//   2  The body is read to its end, into memory and then into a file; one that turns out too long is refused.
//   3  It goes on with a Content-Length, as often as the request is repeated.
//   4  The rest of the pipeline answers into a body of ours. The filters in front, and a gate there, wait until that answer is the one.
//   5  While the expression holds and tries are left, an answer is dropped by its head and the request is repeated.
//   6  An answer that is too long, or broke off, is replaced: nothing of it reached the client.
//   7  The answer is sent.
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Polly;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary><c>buffering</c>: request and answer are taken whole before they go on (runtime-behaviour §2.3).</summary>
internal sealed class BufferingWrapper : RequestWrapper
{
    // Traefik's figures: what is kept in memory where no number is given, and the end of all expressions.
    private const long DefaultInMemory = 1 << 20;
    internal const int MaxRepeats = 10;

    private static readonly NoBody Bodiless = new();

    private readonly BufferingConfig _config;
    private readonly RetryExpression? _expression;
    private readonly ResiliencePipeline<bool>? _tries;
    private readonly BodyMemory _memory;
    private readonly ILogger _logger;
    private readonly BufferedHead _head;

    private BufferingWrapper(string name, BufferingConfig config, RetryExpression? expression, BodyMemory memory, TimeProvider time, ILogger logger)
        : base(name)
    {
        _config = config;
        _expression = expression;
        _memory = memory;
        _logger = logger;
        _head = new(name);
        _tries = expression is null ? null : Tries.UntilTrue(time, MaxRepeats);
    }

    /// <summary>Makes it, or says what is wrong.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="memory">For what is kept in memory.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Is told when a body cannot be kept.</param>
    public static (MiddlewareModel? Model, string? Error) Create(
        string name, BufferingConfig config, BodyMemory memory, TimeProvider time, ILogger logger)
    {
        foreach (var (option, value) in ((string, long)[])
            [
                ("maxRequestBodyBytes", config.MaxRequestBodyBytes), ("memRequestBodyBytes", config.MemRequestBodyBytes),
                ("maxResponseBodyBytes", config.MaxResponseBodyBytes), ("memResponseBodyBytes", config.MemResponseBodyBytes),
            ])
        {
            if (value < 0)
            {
                return (null, $"buffering.{option}: {(option.StartsWith("max", StringComparison.Ordinal) ? "max" : "mem")} bytes should be >= 0 got {value}");
            }
        }

        RetryExpression? expression = null;
        return config.RetryExpression is { Length: > 0 } text && !RetryExpression.TryParse(text, out expression, out var error)
            ? (null, error)
            : (new BufferingWrapper(name, config, expression, memory, time, logger), null);
    }

    /// <inheritdoc />
    public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        if (!RequestRepeat.HasBody(context))
        {
            await AnswerAsync(context, next, null, null);
            return;
        }

        // 1
        using var body = KeptBody(_config.MaxRequestBodyBytes, _config.MemRequestBodyBytes);
        var request = context.Http.Request;
        if (body.Exceeds(request.ContentLength))
        {
            await RefuseAsync(context);
            return;
        }

        // 2
        var received = RequestBody.Of(context.Http);
        if (!await ReadAsync(context, received, body))
        {
            return;
        }

        // 3
        request.Headers.TransferEncoding = default;
        request.Headers.Trailer = default;
        request.Headers.Expect = default; // the client was told to go on, and did
        request.Headers.ContentLength = body.Length > 0 ? body.Length : null;
        var detection = context.Http.Features.Get<IHttpRequestBodyDetectionFeature>();
        if (detection is not null && body.Length == 0)
        {
            context.Http.Features.Set<IHttpRequestBodyDetectionFeature>(Bodiless);
        }

        try
        {
            await AnswerAsync(context, next, body, received);
        }
        finally
        {
            received.Restore();
            context.Http.Features.Set(detection);
        }
    }

    private SpooledBody KeptBody(long most, long inMemory) => new(most, inMemory > 0 ? inMemory : DefaultInMemory, _memory);

    private static ValueTask RefuseAsync(GatewayContext context)
    {
        var http = context.Http;
        if (http.Request.Headers.Expect.Count > 0 && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            // Where the body would be, the client may send it or its next request: nobody can tell (RFC 9110 §10.1.1).
            http.Response.Headers.Connection = "close";
        }

        const int Status = StatusCodes.Status413PayloadTooLarge;
        var phrase = GoReasonPhrase.For(Status);
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = phrase;
        return ErrorAnswer.BareAsync(context, Status, phrase!);
    }

    // False: the request was answered, or nobody is there any more.
    private async ValueTask<bool> ReadAsync(GatewayContext context, RequestBody received, SpooledBody body)
    {
        try
        {
            while (true)
            {
                var result = await received.Reader.ReadAsync(context.Http.RequestAborted);
                var isTaken = true;
                try
                {
                    foreach (var piece in result.Buffer)
                    {
                        isTaken = isTaken && await body.AddAsync(piece);
                    }
                }
                finally
                {
                    received.Reader.AdvanceTo(result.Buffer.End);
                }

                if (!isTaken)
                {
                    await RefuseAsync(context);
                    return false;
                }

                if (result.IsCompleted)
                {
                    return true;
                }
            }
        }
        catch (SpoolException e)
        {
            BufferingLog.NoFile(_logger, Name, e.Message);
            await ErrorAnswer.BareAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            var fault = HasLeft(context) ? AttemptResult.ClientLeft : ForwarderErrors.OfClientBody(e);
            if (fault == AttemptResult.ClientLeft)
            {
                context.Abort();
            }
            else
            {
                await LoadBalancedService.AnswerAsync(context, fault, 1);
            }
        }

        return false;
    }

    private async ValueTask AnswerAsync(GatewayContext context, RequestHandler next, SpooledBody? body, RequestBody? received)
    {
        using var kept = KeptBody(_config.MaxResponseBodyBytes, _config.MemResponseBodyBytes);
        using var repeat = _tries is null ? null : new RequestRepeat(context, -1, null);
        var outer = context.AnswerGate;
        var hold = AnswerHold.Begin(context);
        var run = new BufferedTries(context, next, new BufferedAnswer(context, kept, hold), _head, _expression, repeat, body, received);
        try
        {
            // 4, 5
            if (_tries is null)
            {
                await run.TryAsync();
            }
            else
            {
                await _tries.ExecuteAsync(static async (run, _) => await run.TryAsync(), run, context.Http.RequestAborted);
            }
        }
        finally
        {
            context.AnswerGate = outer;
            hold.End(context);
        }

        if (run.Answer.IsSwitched)
        {
            return;
        }

        if (run.ClientLeft)
        {
            context.Abort(); // nothing holds it now
            return;
        }

        // 6
        if (run.Broken is { } broken)
        {
            BufferingLog.NoFile(_logger, Name, broken.Message);
        }

        if (run.Fault != 0)
        {
            AnswerHold.Drop(context);
            await ErrorAnswer.BareAsync(context, run.Fault, run.Fault == StatusCodes.Status502BadGateway ? "Bad Gateway" : "Internal Server Error");
            return;
        }

        if (outer?.Refuses(context.Http.Response.StatusCode) == true)
        {
            AnswerHold.Drop(context);
            return;
        }

        // 7
        run.Answer.CompleteHead();
        context.RunResponseFilters();
        try
        {
            if (!await run.Answer.SendAsync())
            {
                context.Abort();
            }
        }
        catch (SpoolException e)
        {
            BufferingLog.NoFile(_logger, Name, e.Message);
            context.Abort(); // the client sees that it is not whole
        }
    }

    /// <summary>True when the client is gone, which its connection sees first.</summary>
    internal static bool HasLeft(GatewayContext context) =>
        context.Http.RequestAborted.IsCancellationRequested || context.Connection.Departure.IsCancellationRequested;

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
