using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>Gives a request's body from where it was kept, from its beginning. One for each attempt.</summary>
/// <exception cref="SpoolException">The file cannot be read.</exception>
internal sealed class SpooledReader(SpooledBody body) : PipeReader, IDisposable
{
    private byte[] _piece = [];
    private long _pieceStart;
    private int _pieceLength;
    private long _position;
    private ReadOnlySequence<byte> _given;
    private int _cancelled;

    /// <summary>Why it cannot be read; whoever sends it takes that for the client's fault.</summary>
    public SpoolException? Fault { get; private set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out var result) ? new(result) : FillAsync();

    public override bool TryRead(out ReadResult result)
    {
        ReadOnlyMemory<byte> there;
        if (_position < body.LengthInMemory)
        {
            there = body.InMemory(_position);
        }
        else if (_position < _pieceStart + _pieceLength)
        {
            there = _piece.AsMemory((int)(_position - _pieceStart), (int)(_pieceStart + _pieceLength - _position));
        }
        else if (_position < body.Length && Volatile.Read(ref _cancelled) == 0)
        {
            result = default;
            return false;
        }
        else
        {
            there = default;
        }

        _given = new(there);
        result = new(_given, Interlocked.Exchange(ref _cancelled, 0) == 1, isCompleted: _position + there.Length >= body.Length);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _position += _given.Slice(0, consumed).Length;
        _given = default;
    }

    // No read waits for longer than the file takes; the next result tells.
    public override void CancelPendingRead() => Volatile.Write(ref _cancelled, 1);

    public override void Complete(Exception? exception = null)
    {
    }

    public void Dispose()
    {
        if (_piece.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_piece);
        }

        _piece = [];
        _pieceLength = 0;
    }

    private async ValueTask<ReadResult> FillAsync()
    {
        if (_piece.Length == 0)
        {
            _piece = ArrayPool<byte>.Shared.Rent(SpooledBody.PieceSize);
        }

        _pieceStart = _position;
        _pieceLength = 0;
        try
        {
            _pieceLength = await body.ReadFileAsync(_position, _piece);
        }
        catch (SpoolException e)
        {
            Fault = e;
            throw;
        }

        _ = TryRead(out var result);
        return result;
    }
}
