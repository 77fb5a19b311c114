using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// The middlewares of one router and the service behind them, compiled once per router. Neighbouring filters share one loop, so
/// that a request allocates nothing here.
/// </summary>
public sealed class RequestPipeline
{
    // Null without middlewares: the service is next.
    private readonly RequestHandler? _first;

    private RequestPipeline(RequestHandler? first, IReadOnlyList<MiddlewareModel> middlewares, HttpServiceModel service)
    {
        _first = first;
        Middlewares = middlewares;
        Service = service;
    }

    /// <summary>Outermost first.</summary>
    public IReadOnlyList<MiddlewareModel> Middlewares { get; }

    /// <summary>The end of the pipeline.</summary>
    public HttpServiceModel Service { get; }

    /// <summary>Compiles a pipeline.</summary>
    /// <param name="middlewares">Outermost first; chains already flattened.</param>
    /// <param name="service">What gets the requests that no middleware answered.</param>
    public static RequestPipeline Build(IReadOnlyList<MiddlewareModel> middlewares, HttpServiceModel service)
    {
        if (middlewares.Count == 0)
        {
            return new RequestPipeline(null, [], service);
        }

        RequestHandler next = service.HandleAsync;
        for (var i = middlewares.Count - 1; i >= 0;)
        {
            if (middlewares[i] is RequestWrapper wrapper)
            {
                next = new WrapperStage(wrapper, next).InvokeAsync;
                i--;
                continue;
            }

            var end = i;
            while (i >= 0 && middlewares[i] is RequestFilter)
            {
                i--;
            }

            var filters = new RequestFilter[end - i];
            for (var j = 0; j < filters.Length; j++)
            {
                filters[j] = (RequestFilter)middlewares[i + 1 + j];
            }

            next = new FilterStage(filters, next).InvokeAsync;
        }

        return new RequestPipeline(next, middlewares, service);
    }

    /// <summary>Runs a request through.</summary>
    public ValueTask InvokeAsync(GatewayContext context) => _first is null ? Service.HandleAsync(context) : _first(context);

    private sealed class FilterStage(RequestFilter[] filters, RequestHandler next)
    {
        public ValueTask InvokeAsync(GatewayContext context)
        {
            foreach (var filter in filters)
            {
                if (!context.RunFilter(filter))
                {
                    return context.WriteAnswerAsync();
                }
            }

            return next(context);
        }
    }

    private sealed class WrapperStage(RequestWrapper wrapper, RequestHandler next)
    {
        public ValueTask InvokeAsync(GatewayContext context) => wrapper.InvokeAsync(context, next);
    }
}
