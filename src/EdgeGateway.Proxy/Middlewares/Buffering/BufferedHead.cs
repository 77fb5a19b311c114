using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>The head's side of <c>buffering</c>: shows it to the answer of this request.</summary>
internal sealed class BufferedHead(string name) : RequestFilter(name, actsOnResponse: true)
{
    public override bool OnRequest(GatewayContext context) => true;

    public override void OnResponse(GatewayContext context) => ((BufferedAnswer)context.FilterState!).ReadHead();
}
