namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// An asynchronous middleware around the rest of the pipeline. Only wrappers may allocate. One that runs <c>next</c> more than once takes a
/// <see cref="GatewayContext.Mark"/> before and goes back to it in between.
/// </summary>
/// <param name="name">Qualified name.</param>
public abstract class RequestWrapper(string name) : MiddlewareModel(name)
{
    /// <summary>Handles the request, usually by calling <paramref name="next"/>.</summary>
    public abstract ValueTask InvokeAsync(GatewayContext context, RequestHandler next);
}
