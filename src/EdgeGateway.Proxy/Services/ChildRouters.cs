using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// The routers below a router, in place of a service (<c>parentRefs</c>, dynamic-config §6.7). Their rules see the request as the middlewares in
/// front left it; when none matches the answer is 404.
/// </summary>
/// <param name="name">Name in metrics: that of the router and <c>-muxer</c>.</param>
/// <param name="routing">The routers.</param>
/// <param name="time">Clock.</param>
internal sealed class ChildRouters(string name, HttpRouting routing, TimeProvider time) : HttpServiceModel(name)
{
    /// <summary>The routers.</summary>
    internal HttpRouting Routing => routing;

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context)
    {
        context.RouteOnTarget();
        if (routing.Match(context) is not { } router)
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found");
        }

        context.Enter(router, time.GetTimestamp());
        return router.Pipeline.InvokeAsync(context);
    }
}
