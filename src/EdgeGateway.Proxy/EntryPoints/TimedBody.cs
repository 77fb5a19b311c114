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
    private volatile bool _expired;

    /// <inheritdoc />
    PipeReader IRequestBodyPipeFeature.Reader => this;

    /// <summary>Takes the place of the engine's body until <paramref name="deadline"/>.</summary>
    public void Begin(IFeatureCollection features, long deadline)
    {
        _inner = features.Get<IRequestBodyPipeFeature>()!.Reader;
        _expired = false;
        _reading = false;
        _deadline = deadline;
        features.Set<IRequestBodyPipeFeature>(this);
        features.Get<IHttpRequestFeature>()!.Body = _stream ??= AsStream(leaveOpen: true);
    }

    /// <summary>The request is over.</summary>
    public void End()
    {
        _deadline = long.MaxValue;
        _inner = null!;
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
                _inner.CancelPendingRead();
            }
        }
    }

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        ThrowIfExpired();
        if (!_inner.TryRead(out result))
        {
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
            ThrowIfExpired();
            _reading = true;
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

    // A read that ended together with the time counts as expired: the engine was told to cancel, and the connection must not go on.
    private void Note(in ReadResult result)
    {
        lock (_gate)
        {
            _reading = false;
            if (_expired)
            {
                _inner.AdvanceTo(result.Buffer.Start);
                ThrowIfExpired();
            }

            if (result.IsCompleted)
            {
                _deadline = long.MaxValue;
            }
        }
    }

    private void ThrowIfExpired()
    {
        if (_expired)
        {
            throw new BadHttpRequestException("The body did not arrive within readTimeout.", StatusCodes.Status408RequestTimeout);
        }
    }
}
