using System.Buffers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>How far a server's body was passed on. One per exchange, reused.</summary>
internal sealed class BodyProgress
{
    private BodyFraming _framing;
    private long _left;
    private ChunkedReader _chunks;

    /// <summary>Bytes of the body, framing not counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes written to the client since the last flush.</summary>
    public int Unflushed { get; private set; }

    /// <summary>True once something was flushed.</summary>
    public bool HasFlushed { get; private set; }

    /// <summary>True once the end was passed on; never for a body that lasts until the server closes.</summary>
    public bool IsAtEnd => _framing switch
    {
        BodyFraming.Chunked => _chunks.IsAtEnd,
        BodyFraming.UntilClose => false,
        _ => _left == 0,
    };

    /// <summary>What is wrong with the framing.</summary>
    public UnusableAnswerException? Fault { get; private set; }

    /// <summary>Trailer fields that came.</summary>
    public List<KeyValuePair<string, string>>? Trailers => _chunks.Trailers;

    /// <summary>Prepares for a body.</summary>
    public void Begin(BodyFraming framing, long length)
    {
        _framing = framing;
        _left = length;
        _chunks = default;
        Bytes = 0;
        Unflushed = 0;
        HasFlushed = false;
        Fault = null;
    }

    /// <summary>What was written is being flushed.</summary>
    public void NoteFlush()
    {
        Unflushed = 0;
        HasFlushed = true;
    }

    /// <summary>Writes what was received to the client, without a flush; false when the framing is malformed.</summary>
    public bool TryPass(Http1Connection connection, IBufferWriter<byte> client)
    {
        var received = connection.Received.Span;
        var used = 0;
        if (_framing != BodyFraming.Chunked)
        {
            used = _framing == BodyFraming.Length ? (int)Math.Min(received.Length, _left) : received.Length;
            Write(client, received[..used]);
            _left -= used;
            connection.Consume(used);
            return true;
        }

        try
        {
            while (!_chunks.IsAtEnd)
            {
                var piece = _chunks.Read(received[used..], out var consumed);
                used += consumed;
                if (piece.IsEmpty)
                {
                    break;
                }

                Write(client, piece);
            }
        }
        catch (UnusableAnswerException e)
        {
            Fault = e;
        }

        connection.Consume(used);
        return Fault is null;
    }

    private void Write(IBufferWriter<byte> client, ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        piece.CopyTo(client.GetSpan(piece.Length));
        client.Advance(piece.Length);
        Bytes += piece.Length;
        Unflushed += piece.Length;
    }
}
