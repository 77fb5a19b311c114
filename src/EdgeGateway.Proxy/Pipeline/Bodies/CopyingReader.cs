using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>Reads a request's body for whoever sends it, as it comes, and copies what is consumed.</summary>
internal sealed class CopyingReader(PipeReader body, BodyCopy copy) : PipeReader
{
    private ReadOnlySequence<byte> _given;
    private bool _isLast;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Note(await body.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!body.TryRead(out result))
        {
            return false;
        }

        Note(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        copy.Add(_given.Slice(0, consumed));
        if (_isLast && _given.Slice(consumed).IsEmpty)
        {
            copy.End();
        }

        _given = default;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    // The body belongs to the HTTP engine, which ends it.
    public override void Complete(Exception? exception = null)
    {
    }

    private ReadResult Note(ReadResult result)
    {
        _given = result.Buffer;
        _isLast = result.IsCompleted;
        if (_isLast && _given.IsEmpty)
        {
            copy.End();
        }

        return result;
    }
}
