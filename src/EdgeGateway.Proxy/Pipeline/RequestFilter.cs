namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// A synchronous middleware: it may edit the request or answer it, and may edit the response head. Filters run in a loop; one
/// must not allocate per request without a reason and never blocks.
/// </summary>
/// <param name="name">Qualified name.</param>
/// <param name="actsOnResponse">False saves the entry in the context's response stack.</param>
public abstract class RequestFilter(string name, bool actsOnResponse) : MiddlewareModel(name)
{
    /// <summary>True when <see cref="OnResponse"/> does something.</summary>
    public bool ActsOnResponse { get; } = actsOnResponse;

    /// <summary>
    /// Looks at the request on its way in. Returns false after <see cref="GatewayContext.SetAnswer"/>: the request ends here and the
    /// filters in front of this one still see the answer's head. What is put in <see cref="GatewayContext.FilterState"/> is there again in
    /// <see cref="OnResponse"/>.
    /// </summary>
    public abstract bool OnRequest(GatewayContext context);

    /// <summary>Edits the response head, after the filters behind this one did; also that of the gateway's own error answers.</summary>
    public virtual void OnResponse(GatewayContext context)
    {
    }
}
