using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>A service with <c>middlewares</c> of its own, which run after the router's.</summary>
/// <param name="inner">The service without them.</param>
/// <param name="middlewares">Outermost first.</param>
internal sealed class ServiceWithMiddlewares(HttpServiceModel inner, IReadOnlyList<MiddlewareModel> middlewares) : HttpServiceModel(inner.Name)
{
    private readonly RequestPipeline _pipeline = RequestPipeline.Build(middlewares, inner);

    /// <summary>The service without them.</summary>
    public HttpServiceModel Inner { get; } = inner;

    /// <inheritdoc />
    public override bool IsUp => Inner.IsUp;

    /// <inheritdoc />
    internal override string? HealthUnknown => Inner.HealthUnknown;

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context) => _pipeline.InvokeAsync(context);
}
