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

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

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
        while (!characters.IsEmpty)
        {
            // Whole groups of letters and digits at once, padding and line ends one by one.
            var other = characters.IndexOfAnyExcept(Alphabet);
            var plain = (other < 0 ? characters.Length : other) & ~3;
            if (_grouped == 0 && plain > 0)
            {
                var into = _decoded.GetSpan(Base64.GetMaxDecodedFromUtf8Length(plain));
                _ = Base64.DecodeFromUtf8(characters[..plain], into, out _, out var written);
                _decoded.Advance(written);
                characters = characters[plain..];
                continue;
            }

            if (characters[0] is not ((byte)'\r' or (byte)'\n'))
            {
                Add(characters[0]);
            }

            characters = characters[1..];
        }
    }

    private void Add(byte character)
    {
        if (character != '=' && !Alphabet.Contains(character))
        {
            throw Malformed();
        }

        _group[_grouped++] = character;
        if (_grouped < _group.Length)
        {
            return;
        }

        _grouped = 0;
        if (Base64.DecodeFromUtf8(_group, _decoded.GetSpan(3), out _, out var written) != OperationStatus.Done)
        {
            throw Malformed();
        }

        _decoded.Advance(written);
    }

    private static BadHttpRequestException Malformed() => new("The body of a grpc-web-text request is not base64.", StatusCodes.Status400BadRequest);
}
