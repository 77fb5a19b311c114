using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>The tries of one request; a gate for those whose answer the expression does not want.</summary>
/// <param name="context">The request.</param>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="answer">Takes each try's answer.</param>
/// <param name="head">Shows the head to it.</param>
/// <param name="expression">Null = one try.</param>
/// <param name="repeat">Goes back to the begin; not null where there is an expression.</param>
/// <param name="body">The request's body; null without one.</param>
/// <param name="received">Where it stands in for the engine's.</param>
internal sealed class BufferedTries(
    GatewayContext context, RequestHandler next, BufferedAnswer answer, BufferedHead head, RetryExpression? expression, RequestRepeat? repeat,
    SpooledBody? body, RequestBody? received)
    : AnswerGate(null)
{
    private readonly int _filters = context.ResponseFilters.Count;
    private int _number;

    /// <summary>The answer of the last try.</summary>
    public BufferedAnswer Answer { get; } = answer;

    /// <summary>Status to answer instead; 0 = the answer is whole.</summary>
    public int Fault { get; private set; }

    /// <summary>Why a body could not be kept.</summary>
    public SpoolException? Broken { get; private set; }

    /// <summary>True when there is nobody to answer.</summary>
    public bool ClientLeft { get; private set; }

    /// <summary>Makes a try; false when the request is to be repeated.</summary>
    public async ValueTask<bool> TryAsync()
    {
        if (_number++ > 0)
        {
            repeat!.Rewind();
            context.Forwarding.Repeats++;
            AnswerHold.Drop(context);
        }

        HasRefused = false;
        Fault = 0;
        context.AnswerGate = this;
        context.Forwarding.IsUnreached = false;
        context.NoteForResponse(head, Answer);
        using var reader = body is null ? null : new SpooledReader(body);
        if (reader is not null)
        {
            received!.Replace(reader);
        }

        Answer.Begin();
        try
        {
            await next(context);
            if (!HasRefused && !context.IsAborted && !Answer.IsSwitched)
            {
                await Answer.FlushAsync();
            }
        }
        catch (AnswerStoppedException)
        {
            // Read below.
        }
        finally
        {
            Answer.End();
            context.ResponseFilters.CutTo(_filters);
        }

        return Answer.IsSwitched || (!HasRefused && !IsToRepeat(reader?.Fault));
    }

    // A status that the expression wants no more of is not even read.
    protected override bool Wants(int status) => !Holds(status);

    private bool Holds(int status) => _number <= BufferingWrapper.MaxRepeats && expression?.Holds(new(_number, status, context.Method)) == true;

    private bool IsToRepeat(SpoolException? unread)
    {
        if ((unread ?? Answer.Fault) is { } fault)
        {
            Broken = fault;
            Fault = StatusCodes.Status500InternalServerError;
        }
        else if (Answer.IsTooLong)
        {
            Fault = StatusCodes.Status500InternalServerError;
        }
        else if (context.IsAborted)
        {
            ClientLeft = BufferingWrapper.HasLeft(context);
            Fault = StatusCodes.Status502BadGateway;
            return !ClientLeft && Holds(Fault);
        }

        return false;
    }
}
