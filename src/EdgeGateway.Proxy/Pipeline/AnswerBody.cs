using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// Stands between whoever writes an answer's body and the client, for wrappers that hold, change or drop it. Forwarders and error answers
/// write to it as they write to the HTTP engine. The head is complete when the first of its methods is called; it may still be changed
/// until the inner body is started.
/// </summary>
internal abstract class AnswerBody : PipeWriter, IHttpResponseBodyFeature
{
    private Stream? _stream;

    /// <summary>Where the body goes to; what the features had before <see cref="Enter"/>.</summary>
    protected IHttpResponseBodyFeature Inner { get; private set; } = null!;

    /// <inheritdoc />
    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    /// <inheritdoc />
    public PipeWriter Writer => this;

    /// <summary>Takes the place of the response's body.</summary>
    public void Enter(GatewayContext context)
    {
        Inner = context.Http.Features.Get<IHttpResponseBodyFeature>()!;
        context.Http.Features.Set<IHttpResponseBodyFeature>(this);
    }

    /// <summary>Gives the place back.</summary>
    public void Leave(GatewayContext context)
    {
        context.Http.Features.Set(Inner);
        Inner = null!;
        _stream = null;
    }

    /// <inheritdoc />
    public void DisableBuffering() => Inner.DisableBuffering();

    /// <summary>Nothing in the gateway sends files.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc />
    public abstract Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>The body is complete.</summary>
    public abstract Task CompleteAsync();

    /// <inheritdoc />
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc />
    public override void Complete(Exception? exception = null)
    {
    }
}
