using EdgeGateway.Proxy.Middlewares.ReplacePath;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.ReplacePath;

public sealed class ReplacePathFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("replacePath.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_path_is_replaced_as_in_the_corpus(ConformanceCase test)
    {
        var request = await new TestRequest(test.Text("request", "path")).RunAsync(Build(test.Text("config", "path")));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        Assert.Equal(
            (test.Text("expect", "path"), test.Text("expect", "replacedPath")),
            (EscapedPath.Decode(request.Context.Target.EscapedPath), request.Service.Headers["X-Replaced-Path"]));
    }

    [Theory]
    [InlineData("/fixed?q", "/fixed%3Fq?a=1")]
    [InlineData("no-slash", "/no-slash?a=1")]
    [InlineData("", "/?a=1")]
    [InlineData("/a%2Fb", "/a%2Fb?a=1")]
    [InlineData("/a%2Fb c", "/a/b%20c?a=1")]
    [InlineData("/ü", "/%C3%BC?a=1")]
    public async Task What_cannot_stand_in_a_path_is_escaped_and_the_query_stays(string path, string expected) =>
        Assert.Equal(expected, (await new TestRequest("/x?a=1").RunAsync(Build(path))).Service.Target);

    [Fact]
    public async Task Each_replacement_is_told() =>
        Assert.Equal("/x | /a", (await new TestRequest("/x").RunAsync(Build("/a"), Build("/b"))).Service.Headers["X-Replaced-Path"]);

    [Fact]
    public void A_bad_escape_is_an_error_of_the_configuration() =>
        Assert.Contains("/a%zz", MiddlewareFactoryTests.ErrorOf(new() { ReplacePath = new() { Path = "/a%zz" } }), StringComparison.Ordinal);

    private static ReplacePathFilter Build(string path) =>
        ReplacePathFilter.TryCreate("m@test", path, out var filter, out var error) ? filter : throw new InvalidOperationException(error);
}
