using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.ReplacePathRegex;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.ReplacePathRegex;

public sealed class ReplacePathRegexFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("replacePathRegex.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_path_is_replaced_as_in_the_corpus(ConformanceCase test)
    {
        ReplacePathRegexConfig config = new() { Regex = test.Text("config", "regex"), Replacement = test.Text("config", "replacement") };
        if (test.Flag("expect", "configError"))
        {
            Assert.StartsWith("error compiling regular expression", MiddlewareFactoryTests.ErrorOf(new() { ReplacePathRegex = config }), StringComparison.Ordinal);
            return;
        }

        var request = await new TestRequest(test.Text("request", "path")).RunAsync(Build(config));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        if (request.Status != 200)
        {
            Assert.Equal((0, "Bad Request\n"), (request.Service.Calls, request.Body));
            return;
        }

        Assert.Equal(
            (test.Text("expect", "path"), test.Text("expect", "requestUri")),
            (EscapedPath.Decode(request.Context.Target.EscapedPath), request.Service.Target));
        if (test.Has("expect", "replacedPath"))
        {
            Assert.Equal(test.Text("expect", "replacedPath"), request.Service.Headers["X-Replaced-Path"]);
        }
    }

    [Theory]
    [InlineData("^/a(.*)", "/%$1", "/a/b", 500, "invalid URL escape \"%/b\"\n")]
    [InlineData("^/a(.*)", "/%25%4", "/a", 500, "invalid URL escape \"%4\"\n")]
    [InlineData("^/a$", "", "/a", 400, "Bad Request\n")]
    [InlineData("^/a/", "b/", "/a/c", 400, "Bad Request\n")]
    [InlineData("^/a", "/%2e%2e", "/a/c", 400, "Bad Request\n")]
    [InlineData("^/a", "/b%2F", "/a/c", 400, "Bad Request\n")]
    public async Task A_result_that_is_no_clean_path_is_refused(string regex, string replacement, string path, int status, string body)
    {
        var request = await new TestRequest(path).RunAsync(Build(new() { Regex = regex, Replacement = replacement }));

        Assert.Equal((status, body, 0), (request.Status, request.Body, request.Service.Calls));
    }

    [Theory]
    [InlineData("/a", "/ü b", "/%C3%BC%20b?q")]
    [InlineData("/a", "/x?y", "/x%3Fy?q")]
    public async Task What_cannot_stand_in_a_path_is_escaped(string regex, string replacement, string expected) =>
        Assert.Equal(expected, (await new TestRequest("/a?q").RunAsync(Build(new() { Regex = regex, Replacement = replacement }))).Service.Target);

    private static ReplacePathRegexFilter Build(ReplacePathRegexConfig config) =>
        ReplacePathRegexFilter.TryCreate("m@test", config, out var filter, out var error) ? filter : throw new InvalidOperationException(error);
}
