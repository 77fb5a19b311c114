using System.Net;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Rules.Tests.Http;

internal sealed class TestRequest : HttpRequestView
{
    public string Host { get; set; } = "a.test";

    public string Path { get; set; } = "/";

    public string Query { get; set; } = "";

    public IPAddress? Peer { get; set; } = IPAddress.Loopback;

    public (string Name, string Value)[] Headers { get; set; } = [];

    public override string CanonicalHost => Host;

    public override string RoutingPath => Path;

    public string Verb { get; set; } = "GET";

    public override string Method => Verb;

    public override IPAddress? PeerAddress => Peer;

    public override string RawQuery => Query;

    public override int CountHeader(string name)
    {
        var count = 0;
        foreach (var header in Headers)
        {
            count += header.Name.Equals(name, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        }

        return count;
    }

    public override string GetHeader(string name, int index)
    {
        foreach (var header in Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && index-- == 0)
            {
                return header.Value;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }
}
