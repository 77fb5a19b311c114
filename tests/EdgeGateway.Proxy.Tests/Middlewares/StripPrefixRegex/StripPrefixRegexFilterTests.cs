using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.StripPrefixRegex;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.StripPrefixRegex;

public sealed class StripPrefixRegexFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("stripPrefixRegex.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_path_is_stripped_as_in_the_corpus(ConformanceCase test)
    {
        // The entry point, which the corpus leaves out, escapes a blank.
        var path = test.Text("request", "path").Replace(" ", "%20", StringComparison.Ordinal);
        var request = await new TestRequest(path).RunAsync(Build(test.List("config", "regex")));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        if (request.Status != 200)
        {
            Assert.Equal((0, "Bad Request\n"), (request.Service.Calls, request.Body));
            return;
        }

        Assert.Equal(
            (test.Text("expect", "path"), test.Text("expect", "requestUri"), test.Text("expect", "forwardedPrefix")),
            (EscapedPath.Decode(request.Context.Target.EscapedPath), request.Service.Target, request.Service.Headers.GetValueOrDefault("X-Forwarded-Prefix", "")));
    }

    [Theory]
    [InlineData("^/[^/]+", "/%C3%BC/x?q", "/x?q", "/Ã¼")] // the header's bytes are those of the path
    [InlineData("^/.", "/%C3%BC/x", "/x", "/Ã¼")]
    [InlineData("(?s)^/.*?/", "/%0D%0AX:%20y/z", "/z", "/  X: y/")]
    public async Task Patterns_are_about_characters_and_nothing_breaks_out_of_the_header(string regex, string target, string expected, string prefix)
    {
        var request = await new TestRequest(target).RunAsync(Build([regex]));

        Assert.Equal((expected, prefix), (request.Service.Target, request.Service.Headers["X-Forwarded-Prefix"]));
    }

    [Fact]
    public void A_bad_pattern_is_an_error_of_the_configuration() =>
        Assert.NotNull(MiddlewareFactoryTests.ErrorOf(new() { StripPrefixRegex = new() { Regex = ["("] } }));

    private static StripPrefixRegexFilter Build(string[] regex) =>
        StripPrefixRegexFilter.TryCreate("m@test", new() { Regex = regex.ToConfigList() }, out var filter, out var error)
            ? filter
            : throw new InvalidOperationException(error);
}
