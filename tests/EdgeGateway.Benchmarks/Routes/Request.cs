using System.Net;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Benchmarks.Routes;

/// <summary>A request as rules see it.</summary>
internal sealed class Request(string host, string path) : HttpRequestView
{
    public override string CanonicalHost { get; } = host;

    public override string RoutingPath { get; } = path;

    public override string Method => "GET";

    public override IPAddress? PeerAddress => IPAddress.Loopback;

    public override string RawQuery => "";

    public override int CountHeader(string name) => 0;

    public override string GetHeader(string name, int index) => throw new ArgumentOutOfRangeException(nameof(index));
}
