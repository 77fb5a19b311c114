using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>Gives a body again: what was copied of it, then the rest as it comes.</summary>
/// <param name="copy">The copy. What it has now is given; it may grow by the rest afterwards.</param>
/// <param name="rest">What follows; null when the copy is whole.</param>
internal sealed class ReplayingReader(BodyCopy copy, PipeReader? rest) : PipeReader
{
    private readonly int _end = copy.Bytes.Length;
    private int _position;
    private ReadOnlySequence<byte> _given;
    private bool _gaveCopy;
    private int _cancelled;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryGive(out var result) ? new(result) : rest!.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result) => TryGive(out result) || rest!.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_gaveCopy)
        {
            _position += (int)_given.Slice(0, consumed).Length;
            return;
        }

        rest!.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (rest is not null && _position == _end)
        {
            rest.CancelPendingRead();
            return;
        }

        // Nothing is pending while the copy lasts: the next read tells.
        Volatile.Write(ref _cancelled, 1);
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private bool TryGive(out ReadResult result)
    {
        _gaveCopy = rest is null || _position < _end;
        if (!_gaveCopy)
        {
            result = default;
            return false;
        }

        _given = new(copy.Bytes[_position..]);
        result = new(_given, Interlocked.Exchange(ref _cancelled, 0) == 1, isCompleted: rest is null);
        return true;
    }
}
