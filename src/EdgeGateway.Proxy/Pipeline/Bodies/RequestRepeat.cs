using EdgeGateway.Proxy.Forwarding;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>
/// Lets the rest of a pipeline run again for the same request: target, host, headers and noted response filters go back to what they
/// were, and the body is given again from a copy that is made as it is read. Nothing waits for the body before it is needed.
/// </summary>
internal sealed class RequestRepeat : IDisposable
{
    private readonly GatewayContext _context;
    private readonly PipelineMark _mark;
    private readonly KeyValuePair<string, StringValues>[] _headers;
    private readonly BodyCopy? _copy;
    private readonly RequestBody? _body;

    /// <summary>Notes where the request stands.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBody">A longer body is not kept, and the request not repeated once it was read; negative = <see cref="BodyMemory.Each"/>.</param>
    /// <param name="memory">For the copy; null = no body is kept: only what never reached a server may be repeated.</param>
    public RequestRepeat(GatewayContext context, long maxBody, BodyMemory? memory)
    {
        _context = context;
        _mark = context.Mark();
        _headers = [.. context.Http.Request.Headers];
        if (memory is not null && HasBody(context))
        {
            _copy = new BodyCopy(maxBody >= 0 ? maxBody : memory.Each, memory);
            _body = RequestBody.Of(context.Http);
            _body.Replace(new CopyingReader(_body.Reader, _copy));
        }
    }

    /// <summary>False: the body was too long to be kept.</summary>
    public bool IsPossible => _copy is not { IsTooLong: true };

    /// <summary>True when a request has a body that ends, unlike a tunnel.</summary>
    public static bool HasBody(GatewayContext context) =>
        context.Http.Request.Headers.Upgrade.Count == 0 && RepeatableRequests.HasBody(context.Http);

    /// <summary>Reads the whole body before anything else does; <see cref="IsPossible"/> tells whether it was short enough.</summary>
    public async ValueTask ReadBodyAsync()
    {
        if (_body is not null && _copy is not null)
        {
            await _body.ReadAsync(_copy, _context.Http.RequestAborted);
            _body.Replace(new ReplayingReader(_copy, null));
        }
    }

    /// <summary>Goes back to the beginning.</summary>
    public void Rewind()
    {
        _context.ReturnTo(_mark);
        var headers = _context.Http.Request.Headers;
        headers.Clear();
        foreach (var (name, values) in _headers)
        {
            headers[name] = values;
        }

        if (_body is not null && _copy is not null)
        {
            _body.Replace(new ReplayingReader(_copy, _copy.IsWhole ? null : new CopyingReader(_body.Reader, _copy)));
        }
    }

    /// <summary>Puts the engine's body back.</summary>
    public void Dispose()
    {
        _body?.Restore();
        _copy?.Dispose();
    }
}
