using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Api;

/// <summary><c>ping@internal</c>: 200 while the gateway serves, another status once it was told to end (runtime-behaviour §5.3, 6.3).</summary>
public sealed class PingService(int terminatingStatusCode) : HttpServiceModel("ping@internal")
{
    private volatile bool _terminating;

    /// <summary>From now on the terminating status is answered.</summary>
    public void Terminate() => _terminating = true;

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context) => _terminating
        ? ErrorAnswer.BareAsync(context, terminatingStatusCode, ReasonPhrases.GetReasonPhrase(terminatingStatusCode))
        : ErrorAnswer.BareAsync(context, 200, "OK");
}
