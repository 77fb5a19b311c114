using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>The engine's reader of a request body, which fails once the body took too long.</summary>
internal sealed class TimedBody : PipeReader, IRequestBodyPipeFeature
{
    private readonly Lock _gate = new();
    private PipeReader _inner = null!;
    private Stream? _stream;
    private long _deadline = long.MaxValue;
    private bool _reading;
    private bool _cancelled;
    private volatile bool _expired;

    /// <inheritdoc />
    PipeReader IRequestBodyPipeFeature.Reader => this;

    /// <summary>Takes the place of the engine's body until <paramref name="deadline"/>.</summary>
    public void Begin(IFeatureCollection features, long deadline)
    {
        _inner = features.Get<IRequestBodyPipeFeature>()!.Reader;
        _expired = false;
        _cancelled = false;
        _reading = false;
        _deadline = deadline;
        features.Set<IRequestBodyPipeFeature>(this);
        features.Get<IHttpRequestFeature>()!.Body = _stream ??= AsStream(leaveOpen: true);
    }

    /// <summary>The request is over; true when its body took too long.</summary>
    public bool End()
    {
        var expired = _expired;
        _expired = false;
        _deadline = long.MaxValue;
        _inner = null!;
        return expired;
    }

    /// <summary>Ends a read that waits too long.</summary>
    public void Look(long now)
    {
        lock (_gate)
        {
            if (now < _deadline)
            {
                return;
            }

            _deadline = long.MaxValue;
            _expired = true;
            if (_reading)
            {
                _cancelled = true;
                _inner.CancelPendingRead();
            }
        }
    }

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
        {
            if (_expired)
            {
                throw TooSlow();
            }

            return false;
        }

        Note(result);
        return true;
    }

    /// <inheritdoc />
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> reading;
        lock (_gate)
        {
            if (!_expired)
            {
                _reading = true;
            }
        }

        if (!_reading)
        {
            return TryRead(out var last) ? new(last) : throw TooSlow();
        }

        try
        {
            reading = _inner.ReadAsync(cancellationToken);
        }
        catch
        {
            _reading = false;
            throw;
        }

        if (!reading.IsCompletedSuccessfully)
        {
            return WaitAsync(reading);
        }

        var result = reading.Result;
        Note(result);
        return new(result);
    }

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed) => _inner.AdvanceTo(consumed);

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _inner.AdvanceTo(consumed, examined);

    /// <inheritdoc />
    public override void CancelPendingRead() => _inner.CancelPendingRead();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        ReadResult result;
        try
        {
            result = await reading;
        }
        catch
        {
            _reading = false;
            throw;
        }

        Note(result);
        return result;
    }

    // What has arrived in time counts, whenever it is read. A read that was cancelled does not, even if it ended just then: the
    // connection cannot go on, since the engine may meet the cancellation at the next head.
    private void Note(in ReadResult result)
    {
        lock (_gate)
        {
            _reading = false;
            if (_expired && (_cancelled || !result.IsCompleted))
            {
                _inner.AdvanceTo(result.Buffer.Start);
                throw TooSlow();
            }

            if (result.IsCompleted)
            {
                _expired = false;
                _deadline = long.MaxValue;
            }
        }
    }

    private static BadHttpRequestException TooSlow() => new("The body did not arrive within readTimeout.", StatusCodes.Status408RequestTimeout);
}
