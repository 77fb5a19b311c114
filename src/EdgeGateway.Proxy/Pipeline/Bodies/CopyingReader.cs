using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>Reads a request's body for whoever sends it, as it comes, and copies what is consumed.</summary>
internal sealed class CopyingReader(PipeReader body, BodyCopy copy) : PipeReader
{
    private ReadOnlySequence<byte> _given;
    private bool _isLast;
    private int _cancelled;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            if (!IsStale(result))
            {
                return Note(result);
            }
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        do
        {
            if (!body.TryRead(out result))
            {
                return false;
            }
        }
        while (IsStale(result));
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

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _cancelled, 1);
        body.CancelPendingRead();
    }

    // The body belongs to the HTTP engine, which ends it.
    public override void Complete(Exception? exception = null)
    {
    }

    // A sender that was stopped may have cancelled a read that had just ended: the body tells that to whoever reads next, whom it does not
    // concern.
    private bool IsStale(ReadResult result)
    {
        if (!result.IsCanceled || Interlocked.Exchange(ref _cancelled, 0) == 1)
        {
            return false;
        }

        body.AdvanceTo(result.Buffer.Start);
        return true;
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
