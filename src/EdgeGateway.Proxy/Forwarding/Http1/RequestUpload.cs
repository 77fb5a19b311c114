using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// Passes the client's body on while the answer is awaited, piece by piece as it comes: a server that does not read stops the
/// client, and nothing is kept in between. One per exchange, reused.
/// </summary>
/// <param name="completed">Called once the last byte went out.</param>
internal sealed class RequestUpload(Action completed)
{
    // A first piece up to this size leaves in the same send as the head.
    private const int CopiedWithHead = 16 * 1024;

    private PipeReader _body = null!; // null only where there is no body to read
    private Http1Connection _connection = null!;
    private BodyFraming _framing;
    private long _left;
    private Task _running = Task.CompletedTask;
    private volatile bool _stopped;
    private volatile bool _complete;
    private volatile Exception? _clientFault;
    private bool _waits;

    /// <summary>Bytes of the body that were passed on.</summary>
    public long Bytes { get; private set; }

    /// <summary>True once some of the client's body may have been read.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True once the last byte went out.</summary>
    public bool IsComplete => _complete;

    /// <summary>Why the client's body cannot be read to its end; the connection to the server is closed then.</summary>
    public Exception? ClientFault => _clientFault;

    /// <summary>Prepares for a request.</summary>
    /// <param name="body">The client's body; null without one.</param>
    /// <param name="connection">Where it goes.</param>
    /// <param name="framing">How it is framed there.</param>
    /// <param name="length">Its length where that is known.</param>
    public void Prepare(PipeReader? body, Http1Connection connection, BodyFraming framing, long length)
    {
        _body = body!;
        _connection = connection;
        _framing = framing;
        _left = length;
        _running = Task.CompletedTask;
        _stopped = false;
        _complete = framing == BodyFraming.None || (framing == BodyFraming.Length && length == 0);
        _clientFault = null;
        _waits = false;
        HasBegun = false;
        Bytes = 0;
    }

    /// <summary>Adds what is already there of the body to the head, if it is little.</summary>
    /// <exception cref="Exception">The client's body is broken; <see cref="ClientFault"/> is set.</exception>
    public void AppendFirst(ref OutgoingBuffer output)
    {
        HasBegun = true;
        ReadResult result;
        try
        {
            if (!_body.TryRead(out result))
            {
                return;
            }
        }
        catch (Exception e)
        {
            _clientFault = e;
            throw;
        }

        if (result.Buffer.Length > CopiedWithHead)
        {
            _body.AdvanceTo(result.Buffer.Start);
            return;
        }

        foreach (var piece in result.Buffer)
        {
            if (piece.Length > 0)
            {
                Append(ref output, piece.Span);
            }
        }

        _body.AdvanceTo(result.Buffer.End);
        if (result.IsCompleted)
        {
            AppendEnd(ref output);
            _complete = true;
        }
    }

    /// <summary>Goes on by itself. The first read, which asks an expecting client for its body, is made before this returns.</summary>
    public void Start()
    {
        HasBegun = true;
        _waits = true;
        ValueTask<ReadResult> first;
        try
        {
            first = _body.ReadAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            first = ValueTask.FromException<ReadResult>(e);
        }

        _running = RunAsync(first);
    }

    /// <summary>Ends it, wherever it stands. The connection must be closed before, unless <see cref="IsComplete"/>.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        if (!_running.IsCompleted && _waits)
        {
            _body.CancelPendingRead();
        }

        return _running;
    }

    private async Task RunAsync(ValueTask<ReadResult> reading)
    {
        OutgoingBuffer output = default;
        try
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    result = await reading;
                }
                catch (Exception e)
                {
                    _clientFault = e;
                    _connection.Dispose();
                    return;
                }

                if (_stopped || result.IsCanceled)
                {
                    _body.AdvanceTo(result.Buffer.Start);
                    return;
                }

                try
                {
                    if (_framing == BodyFraming.Chunked)
                    {
                        output.Clear();
                        AppendChunks(ref output, result);
                        await _connection.SendAsync(output.Written);
                    }
                    else
                    {
                        await SendAsync(result.Buffer);
                    }
                }
                finally
                {
                    _body.AdvanceTo(result.Buffer.End);
                }

                if (result.IsCompleted)
                {
                    _complete = _left <= 0 || _framing == BodyFraming.Chunked;
                    if (_complete)
                    {
                        completed();
                    }
                    else
                    {
                        _connection.Dispose(); // fewer bytes than announced: the server must not take it for a whole
                    }

                    return;
                }

                reading = _body.ReadAsync(CancellationToken.None);
            }
        }
        catch (IOException)
        {
            _connection.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server does not take more. What it answers, or that it does not, is seen where the answer is read.
        }
        finally
        {
            output.Return();
        }
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> data)
    {
        foreach (var piece in data)
        {
            if (piece.Length > 0)
            {
                Count(piece.Length);
                await _connection.SendAsync(piece);
            }
        }
    }

    private void AppendChunks(ref OutgoingBuffer output, ReadResult result)
    {
        foreach (var piece in result.Buffer)
        {
            if (piece.Length > 0)
            {
                Bytes += piece.Length;
                output.AppendChunk(piece.Span);
            }
        }

        if (result.IsCompleted)
        {
            AppendEnd(ref output);
        }
    }

    private void Append(ref OutgoingBuffer output, ReadOnlySpan<byte> piece)
    {
        if (_framing == BodyFraming.Chunked)
        {
            Bytes += piece.Length;
            output.AppendChunk(piece);
            return;
        }

        Count(piece.Length);
        output.Append(piece);
    }

    private void AppendEnd(ref OutgoingBuffer output)
    {
        if (_framing == BodyFraming.Chunked)
        {
            output.Append("0\r\n\r\n"u8);
        }
        else if (_left > 0)
        {
            throw new IOException("the body is shorter than announced");
        }
    }

    // More than announced would be read by the server as the next request.
    private void Count(int bytes)
    {
        Bytes += bytes;
        _left -= bytes;
        if (_left < 0)
        {
            throw new IOException("the body is longer than announced");
        }
    }
}
