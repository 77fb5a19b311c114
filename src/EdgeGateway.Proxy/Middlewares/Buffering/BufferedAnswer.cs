using System.Buffers;
using System.IO.Pipelines;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>Takes the body of an answer until all of it is there; nothing reaches the client before <see cref="SendAsync"/>.</summary>
/// <param name="context">The request.</param>
/// <param name="body">Where it is kept.</param>
/// <param name="hold">What holds the filters in front; ended here where an answer cannot be held.</param>
internal sealed class BufferedAnswer(GatewayContext context, SpooledBody body, AnswerHold hold) : AnswerBody
{
    // As for answers that are not kept: the thread, which serves other sockets as well, is left once in a while.
    private const int PiecesPerTurn = 32;

    private readonly PooledOutput _pending = new();
    private bool _announcesTooMuch;

    /// <summary>True when the connection became a tunnel: nothing was kept, and nothing is to be sent.</summary>
    public bool IsSwitched { get; private set; }

    /// <summary>True when the body is over the limit.</summary>
    public bool IsTooLong => _announcesTooMuch || body.IsTooLong;

    /// <summary>Why the body cannot be kept.</summary>
    public SpoolException? Fault { get; private set; }

    /// <summary>Prepares for an attempt.</summary>
    public void Begin()
    {
        body.Clear();
        _pending.Release();
        _announcesTooMuch = false;
        Enter(context);
    }

    /// <summary>The attempt is over.</summary>
    public void End()
    {
        Leave(context);
        _pending.Release();
    }

    /// <summary>Looks at the head: a tunnel cannot be held, and a length that is named is believed.</summary>
    public void ReadHead()
    {
        if (context.Forwarding.ServerStatus == StatusCodes.Status101SwitchingProtocols)
        {
            IsSwitched = true;
            hold.End(context);
            return;
        }

        _announcesTooMuch = HasBody && body.Exceeds(context.Http.Response.ContentLength);
    }

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

    /// <inheritdoc />
    public override void Advance(int bytes) => _pending.Advance(bytes);

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken = default) =>
        IsSwitched ? Inner.StartAsync(cancellationToken) : _announcesTooMuch ? throw new AnswerStoppedException() : Task.CompletedTask;

    /// <inheritdoc />
    public override Task CompleteAsync() => IsSwitched ? Inner.CompleteAsync() : Task.CompletedTask;

    /// <inheritdoc />
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (IsTooLong || Fault is not null)
        {
            throw new AnswerStoppedException();
        }

        if (_pending.Written.IsEmpty)
        {
            return default;
        }

        try
        {
            if (!await body.AddAsync(_pending.WrittenMemory))
            {
                throw new AnswerStoppedException();
            }
        }
        catch (SpoolException e)
        {
            Fault = e;
            throw new AnswerStoppedException();
        }
        finally
        {
            _pending.Release();
        }

        return default;
    }

    /// <summary>Names the length in the head, now that it is known; trailers need chunks over HTTP/1.1.</summary>
    public void CompleteHead()
    {
        var response = context.Http.Response;
        if (HasBody && response.ContentLength is null && response.Headers.Trailer.Count == 0 && context.Connection.Trailers is null)
        {
            response.ContentLength = body.Length;
        }
    }

    /// <summary>Sends what was kept; false when the client is gone.</summary>
    /// <exception cref="SpoolException">The file cannot be read.</exception>
    public async ValueTask<bool> SendAsync()
    {
        if (!HasBody || body.Length == 0)
        {
            return true;
        }

        // Trailers stand behind the end of the body, which has to leave first.
        var trailers = context.Connection.Trailers;
        context.Connection.Trailers = null;
        await context.Http.Response.StartAsync(CancellationToken.None);
        var client = context.Http.Response.BodyWriter;
        var piece = body.LengthInMemory < body.Length ? ArrayPool<byte>.Shared.Rent(SpooledBody.PieceSize) : [];
        var pieces = 0;
        try
        {
            for (long position = 0; position < body.Length;)
            {
                if (position > 0 && (await client.FlushAsync(CancellationToken.None)).IsCompleted)
                {
                    return false;
                }

                var next = position < body.LengthInMemory ? body.InMemory(position) : piece.AsMemory(0, await body.ReadFileAsync(position, piece));
                client.Write(next.Span);
                position += next.Length;
                if (++pieces % PiecesPerTurn == 0)
                {
                    await Task.Yield();
                }
            }
        }
        finally
        {
            if (piece.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }

        // The engine flushes what it adds itself, the head or the end of the chunks, and what stands before it.
        if (trailers is null && pieces == 1)
        {
            return true;
        }

        var flushed = await client.FlushAsync(CancellationToken.None);
        context.Connection.Trailers = trailers;
        return !flushed.IsCompleted;
    }

    private bool HasBody => context.Method != "HEAD" && AnswerStatus.HasBody(context.Http.Response.StatusCode);
}
