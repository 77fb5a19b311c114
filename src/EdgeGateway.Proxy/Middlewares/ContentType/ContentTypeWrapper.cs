using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.ContentType;

/// <summary>
/// <c>contentType</c> (runtime-behaviour §2.7): an answer without a Content-Type gets one that is guessed from its first bytes, as Go's
/// server does by itself.
/// </summary>
internal sealed class ContentTypeWrapper : RequestWrapper
{
    private readonly Head _head;

    public ContentTypeWrapper(string name)
        : base(name) => _head = new(name);

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        var body = new SniffedBody();
        body.Begin(context);
        context.GuessesContentType = true;
        context.NoteForResponse(_head, body);
        try
        {
            await next(context);
            body.Finish();
        }
        finally
        {
            body.End();
        }
    }

    private sealed class Head(string name) : RequestFilter(name, actsOnResponse: true)
    {
        public override bool OnRequest(GatewayContext context) => true;

        public override void OnResponse(GatewayContext context) => ((SniffedBody)context.FilterState!).ReadHead();
    }
}
