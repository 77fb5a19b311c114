using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services;

/// <summary><c>noop@internal</c>: 418, for routers whose middlewares always answer.</summary>
public sealed class NoopService() : HttpServiceModel("noop@internal")
{
    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context) => ErrorAnswer.BareAsync(context, StatusCodes.Status418ImATeapot);
}
