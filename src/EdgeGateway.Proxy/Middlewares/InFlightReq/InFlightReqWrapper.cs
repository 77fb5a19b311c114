using System.Globalization;
using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Middlewares.Sources;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.InFlightReq;

/// <summary><c>inFlightReq</c>: refuses requests of a source that has too many under way, 429 (runtime-behaviour §2.15).</summary>
internal sealed class InFlightReqWrapper(string name, long amount, RequestSource source, InFlightReqState state) : RequestWrapper(name)
{
    private readonly string _refusal = string.Create(CultureInfo.InvariantCulture, $"max connections reached: {amount}");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        var key = source.KeyOf(context);
        if (!state.TryEnter(key, amount))
        {
            await ErrorAnswer.BareAsync(context, StatusCodes.Status429TooManyRequests, _refusal);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            state.Leave(key);
        }
    }
}
