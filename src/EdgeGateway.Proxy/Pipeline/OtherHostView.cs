using System.Net;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>A request as it would be with another host: asks the routers whether a redirect would lead anywhere.</summary>
internal sealed class OtherHostView(HttpRequestView request, string host) : HttpRequestView
{
    public override string CanonicalHost => host;

    public override string RoutingPath => request.RoutingPath;

    public override string Method => request.Method;

    public override IPAddress? PeerAddress => request.PeerAddress;

    public override string RawQuery => request.RawQuery;

    public override int CountHeader(string name) => request.CountHeader(name);

    public override string GetHeader(string name, int index) => request.GetHeader(name, index);
}
