using System.Buffers;
using System.IO.Pipelines;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Errors;

/// <summary>Passes the head of an answer on and drops its body: the client asked for the head, or its status has no body.</summary>
internal sealed class DroppedBody : AnswerBody
{
    private byte[] _scratch = [];

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_scratch.Length < Math.Max(sizeHint, 1))
        {
            Release();
            _scratch = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, 4096));
        }

        return _scratch;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    public override Task StartAsync(CancellationToken cancellationToken = default) => Inner.StartAsync(cancellationToken);

    public override Task CompleteAsync() => Inner.CompleteAsync();

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (_scratch.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_scratch);
        }

        _scratch = [];
    }
}
