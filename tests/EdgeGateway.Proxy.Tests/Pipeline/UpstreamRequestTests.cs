using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

public sealed class UpstreamRequestTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("proxyRewrite.json");

    /// <summary>
    /// What this side of the path decides of proxyRewrite.json: target, passed host, X-Forwarded-For. Scheme and authority of the
    /// server, passHostHeader=false and preservePath are the forwarder's.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Target_host_and_forwarded_for_are_those_of_the_corpus(ConformanceCase test)
    {
        var url = new Uri(test.Text("request", "url"));
        var original = test.Text("request", "url");
        var request = new TestRequest(original[(original.IndexOf(url.Host, StringComparison.Ordinal) + url.Host.Length)..], url.Host)
        {
            Connection = TestRequest.Peer("127.0.0.1", 1234),
        };
        request.Request.Headers["X-Forwarded-For"] = "1.2.3.4";
        var context = request.StartRouted();
        context.KeepForwardedFor = test.Flag("config", "notAppendXForwardedFor");

        context.PrepareUpstream();

        var query = test.Text("expect", "query");
        var path = test.Text("expect", "rawPath") is { Length: > 0 } raw ? raw : test.Text("expect", "path");
        if (test.Flag("config", "preservePath"))
        {
            path = path["/base".Length..];
        }

        Assert.Equal(path + (query.Length > 0 ? "?" + query : ""), context.Upstream.Target);
        Assert.Equal(test.Text("expect", "xForwardedFor"), request.Request.Headers["X-Forwarded-For"]);
        if (test.Flag("config", "passHostHeader"))
        {
            Assert.Equal(test.Text("expect", "host"), context.Upstream.Host);
        }
    }
}
