using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.ContentType;

/// <summary><c>contentType</c> with the deprecated <c>autoDetect=false</c>: does nothing.</summary>
internal sealed class PassingFilter(string name) : RequestFilter(name, actsOnResponse: false)
{
    public override bool OnRequest(GatewayContext context) => true;
}
