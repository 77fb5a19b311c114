using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// An answer that is held back whole until it is known: the filters in front of whoever holds it wait, and a
/// <see cref="GatewayContext.Abort"/> costs the answer alone, as long as nothing of it reached the client.
/// </summary>
internal readonly struct AnswerHold
{
    private readonly int _filters;
    private readonly bool _outer;

    private AnswerHold(int filters, bool outer) => (_filters, _outer) = (filters, outer);

    /// <summary>Begins to hold.</summary>
    public static AnswerHold Begin(GatewayContext context)
    {
        var hold = new AnswerHold(context.ResponseFilters.Hold(), context.HoldsAnswer);
        context.HoldsAnswer = true;
        return hold;
    }

    /// <summary>Lets the filters run that were held.</summary>
    public void End(GatewayContext context)
    {
        context.ResponseFilters.Release(_filters);
        context.HoldsAnswer = _outer;
    }

    /// <summary>Takes an answer back that did not reach the client: another one may be given.</summary>
    public static void Drop(GatewayContext context)
    {
        // What middlewares wrote for it goes with it; the connection's own stays.
        var http = context.Http;
        var headers = http.Response.Headers;
        var connection = headers.Connection;
        headers.Clear();
        headers.Connection = connection;
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers.Clear();
        context.Connection.Trailers = null;
        context.TrailerSink?.Clear();
        context.IsAborted = false;
    }
}
