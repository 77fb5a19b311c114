using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>The head's side of <c>compress</c>: in its turn among the response filters it lets the body of this request decide.</summary>
internal sealed class CompressedHead(string name) : RequestFilter(name, actsOnResponse: true)
{
    public override bool OnRequest(GatewayContext context) => true;

    public override void OnResponse(GatewayContext context) => ((CompressedBody)context.FilterState!).ReadHead();
}
