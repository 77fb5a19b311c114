using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.GrpcWeb;

/// <summary>
/// Reads the body of an <c>application/grpc-web-text</c> request: base64, decoded as it comes. Padding may stand within it, since clients encode
/// message by message; line ends are skipped.
/// </summary>
internal sealed class Base64Reader(PipeReader body) : PipeReader, IDisposable
{
    // So many characters are decoded at a time at most: no more memory than that for a request.
    private const int MaxPiece = 32 * 1024;

    private readonly PooledOutput _decoded = new();
    private readonly byte[] _group = new byte[4];
    private int _grouped;
    private int _position;
    private bool _isLast;
    private ReadOnlySequence<byte> _given;
    private int _cancelled;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (TryGive(out var given) || Take(await body.ReadAsync(cancellationToken), out given))
            {
                return given;
            }
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        while (!TryGive(out result))
        {
            if (!body.TryRead(out var read))
            {
                return false;
            }

            if (Take(read, out result))
            {
                return true;
            }
        }

        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _position += (int)_given.Slice(0, consumed).Length;
        _given = default;
        if (_position == _decoded.Written.Length)
        {
            _decoded.Release();
            _position = 0;
        }
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _cancelled, 1);
        body.CancelPendingRead();
    }

    // The body belongs to the HTTP engine, which ends it.
    public override void Complete(Exception? exception = null)
    {
    }

    public void Dispose() => _decoded.Release();

    private bool TryGive(out ReadResult result)
    {
        _given = new(_decoded.WrittenMemory[_position..]);
        var isCancelled = _given.Length > 0 && Interlocked.Exchange(ref _cancelled, 0) == 1;
        result = new(_given, isCancelled, _isLast);
        return _isLast || _given.Length > 0;
    }

    // True when there is nothing to decode: the read was cancelled.
    private bool Take(ReadResult read, out ReadResult cancelled)
    {
        cancelled = default;
        if (read.IsCanceled)
        {
            body.AdvanceTo(read.Buffer.Start);
            _given = default;
            Volatile.Write(ref _cancelled, 0);
            cancelled = new(default, isCanceled: true, isCompleted: false);
            return true;
        }

        var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MaxPiece));
        try
        {
            foreach (var memory in piece)
            {
                Decode(memory.Span);
            }

            if (read.IsCompleted && piece.Length == read.Buffer.Length)
            {
                _isLast = _grouped == 0 ? true : throw Malformed();
            }
        }
        finally
        {
            body.AdvanceTo(piece.End);
        }

        return false;
    }

    private void Decode(ReadOnlySpan<byte> characters)
    {
        // Whole groups at once where nothing stands in the way; what does is looked at character by character.
        while (!characters.IsEmpty)
        {
            if (_grouped == 0 && characters.Length >= 4)
            {
                var into = _decoded.GetSpan(Base64.GetMaxDecodedFromUtf8Length(characters.Length));
                _ = Base64.DecodeFromUtf8(characters[..(characters.Length & ~3)], into, out var consumed, out var written, isFinalBlock: false);
                _decoded.Advance(written);
                characters = characters[consumed..];
                if (characters.IsEmpty)
                {
                    return;
                }
            }

            if (characters[0] is not ((byte)'\r' or (byte)'\n'))
            {
                _group[_grouped++] = characters[0];
                if (_grouped == 4)
                {
                    _grouped = 0;
                    var into = _decoded.GetSpan(3);
                    if (Base64.DecodeFromUtf8(_group, into, out _, out var written) != OperationStatus.Done)
                    {
                        throw Malformed();
                    }

                    _decoded.Advance(written);
                }
            }

            characters = characters[1..];
        }
    }

    private static BadHttpRequestException Malformed() => new("The body of a grpc-web-text request is not base64.", StatusCodes.Status400BadRequest);
}
