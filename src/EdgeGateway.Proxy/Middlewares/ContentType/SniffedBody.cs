using System.Buffers;
using System.IO.Pipelines;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.ContentType;

/// <summary>Holds the first bytes of one answer's body until they are flushed or there are enough to guess its type; all others pass.</summary>
internal sealed class SniffedBody : AnswerBody
{
    private readonly PooledOutput _held = new();
    private GatewayContext _context = null!;
    private bool _holds;

    /// <summary>Takes up a request.</summary>
    public void Begin(GatewayContext context)
    {
        _context = context;
        Enter(context);
    }

    /// <summary>Decides by the head whether there is anything to guess.</summary>
    public void ReadHead()
    {
        var response = _context.Http.Response;
        _holds = AnswerStatus.HasBody(response.StatusCode)
            && response.ContentLength != 0 && _context.Method != "HEAD" && IsUntyped(response);
    }

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0) => _holds ? _held.GetMemory(sizeHint) : Inner.Writer.GetMemory(sizeHint);

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0) => _holds ? _held.GetSpan(sizeHint) : Inner.Writer.GetSpan(sizeHint);

    /// <inheritdoc />
    public override void Advance(int bytes)
    {
        if (!_holds)
        {
            Inner.Writer.Advance(bytes);
            return;
        }

        _held.Advance(bytes);
        if (_held.Written.Length >= ContentSniffer.Length)
        {
            Decide();
        }
    }

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // A flush before the first byte shows nothing that could be guessed from; the head waits.
        if (_holds && _held.Written.Length == 0)
        {
            return default;
        }

        Decide();
        return Inner.Writer.FlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken = default) => _holds ? Task.CompletedTask : Inner.StartAsync(cancellationToken);

    /// <inheritdoc />
    public override Task CompleteAsync()
    {
        Finish();
        return Inner.CompleteAsync();
    }

    /// <summary>Nothing more comes.</summary>
    public void Finish()
    {
        if (!_context.IsAborted)
        {
            Decide();
        }
    }

    /// <summary>Lets go of everything.</summary>
    public void End()
    {
        Leave(_context);
        _held.Release();
    }

    private static bool IsUntyped(HttpResponse response) =>
        !response.Headers.ContainsKey("Content-Type") && response.Headers.ContentEncoding.ToString().Length == 0;

    private void Decide()
    {
        if (!_holds)
        {
            return;
        }

        _holds = false;
        var response = _context.Http.Response;
        if (_held.Written.Length > 0)
        {
            // A coding that was added meanwhile says that these bytes are no content to guess from.
            if (IsUntyped(response))
            {
                response.ContentType = ContentSniffer.Guess(_held.Written);
            }

            Inner.Writer.Write(_held.Written);
        }

        _held.Release();
    }
}
