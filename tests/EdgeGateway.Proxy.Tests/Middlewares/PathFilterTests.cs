using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.AddPrefix;
using EdgeGateway.Proxy.Middlewares.StripPrefix;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class PathFilterTests
{
    public static TheoryData<ConformanceCase> AddPrefixCases => ConformanceCase.All("addPrefix.json", "request");

    public static TheoryData<ConformanceCase> AddPrefixConfigs => ConformanceCase.All("addPrefix.json", "config");

    public static TheoryData<ConformanceCase> StripPrefixCases => ConformanceCase.All("stripPrefix.json");

    [Theory]
    [MemberData(nameof(AddPrefixConfigs))]
    public void AddPrefix_needs_a_prefix(ConformanceCase test)
    {
        var error = MiddlewareFactoryTests.ErrorOf(new() { AddPrefix = new() { Prefix = test.Text("config", "prefix") } });

        Assert.Equal(test.Flag("expect", "configError"), error is not null);
    }

    [Theory]
    [MemberData(nameof(AddPrefixCases))]
    public async Task AddPrefix_changes_paths_as_in_the_corpus(ConformanceCase test)
    {
        var request = await new TestRequest(test.Text("request", "path")).RunAsync(new AddPrefixFilter("m@test", test.Text("config", "prefix")));

        AssertPath(test, request);
    }

    [Theory]
    [InlineData("/p%20q", "/a%2Fb", "/p%2520q/a/b")]
    [InlineData("/ü x", "/", "/%C3%BC%20x/")]
    [InlineData("/p!", "/a", "/p%21/a")]
    [InlineData("/p!", "/a%2Fb", "/p!/a%2Fb")]
    [InlineData("pre", "/x?y=1", "/pre/x?y=1")]
    public async Task AddPrefix_escapes_its_prefix_as_recorded(string prefix, string target, string expected)
    {
        var request = await new TestRequest(target).RunAsync(new AddPrefixFilter("m@test", prefix));

        Assert.Equal(expected, request.Service.Target);
    }

    [Theory]
    [MemberData(nameof(StripPrefixCases))]
    public async Task StripPrefix_changes_paths_as_in_the_corpus(ConformanceCase test)
    {
        var config = new StripPrefixConfig { Prefixes = test.List("config", "prefixes").ToConfigList(), ForceSlash = false };
        var request = await new TestRequest(test.Text("request", "path")).RunAsync(new StripPrefixFilter("m@test", config));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        if (request.Status != 200)
        {
            Assert.Equal((0, "Bad Request\n"), (request.Service.Calls, request.Body));
            return;
        }

        AssertPath(test, request);
        Assert.Equal(test.Text("expect", "forwardedPrefix"), request.Service.Headers.GetValueOrDefault("X-Forwarded-Prefix", ""));
    }

    [Theory]
    [InlineData("/f", "/f", "/")]
    [InlineData("/f", "/f/x", "/x")]
    public async Task StripPrefix_with_forceSlash_leaves_a_slash(string prefix, string target, string expected)
    {
        var request = await new TestRequest(target).RunAsync(new StripPrefixFilter("m@test", new() { Prefixes = [prefix], ForceSlash = true }));

        Assert.Equal(expected, request.Context.Target.EscapedPath.ToString());
    }

    [Fact]
    public async Task Prefixes_that_were_stripped_add_up()
    {
        var request = await new TestRequest("/a/b/c").RunAsync(
            new StripPrefixFilter("m@test", new() { Prefixes = ["/a"] }), new StripPrefixFilter("n@test", new() { Prefixes = ["/b"] }));

        Assert.Equal(("/c", "/a | /b"), (request.Service.Target, request.Service.Headers["X-Forwarded-Prefix"]));
    }

    private static void AssertPath(ConformanceCase test, TestRequest request)
    {
        Assert.Equal(test.Text("expect", "requestUri"), request.Service.Target);
        Assert.Equal(test.Text("expect", "path"), EscapedPath.Decode(request.Context.Target.EscapedPath));
        if (test.Text("expect", "rawPath") is { Length: > 0 } rawPath)
        {
            Assert.Equal(rawPath, request.Context.Target.EscapedPath.ToString());
        }
    }
}
