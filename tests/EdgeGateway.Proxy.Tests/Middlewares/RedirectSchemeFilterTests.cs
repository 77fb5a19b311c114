using EdgeGateway.Proxy.Middlewares.RedirectScheme;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class RedirectSchemeFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("redirectScheme.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Redirects_are_those_of_the_corpus(ConformanceCase test)
    {
        if (test.Flag("expect", "configError"))
        {
            Assert.Equal("you must provide a target scheme", MiddlewareFactoryTests.ErrorOf(new() { RedirectScheme = new() }));
            return;
        }

        var url = test.Text("request", "url");
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var request = new TestRequest(slash < 0 ? "/" : rest[slash..], slash < 0 ? rest : rest[..slash], test.Text("request", "method"))
        {
            Connection = TestRequest.Peer("127.0.0.1", 1, test.Flag("request", "tls")),
        };
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        await request.RunAsync(new RedirectSchemeFilter("m@test", new()
        {
            Scheme = test.Text("config", "scheme"), Port = test.Text("config", "port"), Permanent = test.Flag("config", "permanent"),
        }));

        // ForcePermanentRedirect is an option of the Kubernetes provider only: neither tags nor files have it. The rest of the case holds.
        var status = test.Flag("config", "ForcePermanentRedirect") ? 302 : test["expect", "status"].GetInt32();
        Assert.Equal(status, request.Status);
        if (status == 200)
        {
            Assert.Equal(1, request.Service.Calls);
            return;
        }

        // The corpus was made behind the entry point, which never leaves a path empty.
        Assert.Equal(test.Text("expect", "location") + (slash < 0 ? "/" : ""), request.Response.Headers.Location.ToString());
        Assert.Equal(ReasonPhrases.GetReasonPhrase(status), request.Body);
        Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
    }

    [Theory]
    [InlineData("/p%2F?a;b=c%3Bd", "https://a.test/p%2F?a;b=c%3Bd")]
    [InlineData("/a/../p?a;b", "https://a.test/p?a&b")]
    public async Task Semicolons_of_the_query_come_back_as_they_were_while_nothing_changed_the_target(string target, string location)
    {
        var request = await new TestRequest(target, "a.test").RunAsync(new RedirectSchemeFilter("m@test", new() { Scheme = "https" }));
        Assert.Equal(location, request.Response.Headers.Location.ToString());
    }

    [Theory]
    [InlineData("HEAD", false, 307)]
    [InlineData("POST", true, 308)]
    [InlineData("GET", true, 301)]
    public async Task Methods_but_GET_are_kept(string method, bool permanent, int status)
    {
        var request = await new TestRequest("/p?q", "a.test:8080", method)
            .RunAsync(new RedirectSchemeFilter("m@test", new() { Scheme = "https", Port = "8443", Permanent = permanent }));

        Assert.Equal((status, "https://a.test:8443/p?q"), (request.Status, request.Response.Headers.Location.ToString()));
    }
}
