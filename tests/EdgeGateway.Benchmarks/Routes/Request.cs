using System.Net;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Benchmarks.Routes;

/// <summary>A request as rules see it.</summary>
/// <param name="host">Its host.</param>
/// <param name="path">Its path.</param>
/// <param name="tenant">Value of its only header, <c>X-Tenant</c>; null = it has none.</param>
internal sealed class Request(string host, string path, string? tenant = null) : HttpRequestView
{
    public override string CanonicalHost { get; } = host;

    public override string RoutingPath { get; } = path;

    public override string Method => "GET";

    public override IPAddress? PeerAddress => IPAddress.Loopback;

    public override string RawQuery => "";

    public override int CountHeader(string name) => tenant is not null && name.Equals("X-Tenant", StringComparison.OrdinalIgnoreCase) ? 1 : 0;

    public override string GetHeader(string name, int index) => tenant ?? throw new ArgumentOutOfRangeException(nameof(index));
}
