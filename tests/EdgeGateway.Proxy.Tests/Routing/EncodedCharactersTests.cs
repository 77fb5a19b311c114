using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.EncodedCharacters;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

public sealed class EncodedCharactersTests
{
    public static TheoryData<ConformanceCase> MiddlewareCases => ConformanceCase.All("encodedCharacters.json", "middleware");

    public static TheoryData<ConformanceCase> DeniedSets => ConformanceCase.All("encodedCharacters.json", "deniedSet");

    public static TheoryData<ConformanceCase> RouterCases => ConformanceCase.All("encodedCharacters.json", "routerDeny");

    [Fact]
    public void Every_suite_of_the_file_is_run() =>
        Assert.Equal(["middleware", "deniedSet", "routerDeny"], ConformanceCase.Suites("encodedCharacters.json"));

    [Theory]
    [MemberData(nameof(MiddlewareCases))]
    public async Task The_middleware_answers_as_in_the_corpus(ConformanceCase test)
    {
        var request = new TestRequest(test.Text("request", "path"));

        await request.RunAsync(new EncodedCharactersFilter("m@test", Config(test)));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        Assert.Equal("", request.Body);
    }

    [Theory]
    [MemberData(nameof(DeniedSets))]
    public void The_denied_set_is_that_of_the_corpus(ConformanceCase test)
    {
        var config = Config(test);
        var filter = new EncodedCharactersFilter("m@test", config);
        var denied = Enumerable.Range(0, 256)
            .SelectMany(static value => new[] { $"%{value:X2}", $"%{value:x2}", $"%{value:X2}"[..2] + $"{value:x2}"[1], $"%{value:x2}"[..2] + $"{value:X2}"[1] })
            .Distinct()
            .Where(escape => Denies(filter, "/a" + escape));

        Assert.Equal(test.List("expect", "denied").Order(StringComparer.Ordinal), denied.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(RouterCases))]
    public void The_check_of_a_router_answers_as_in_the_corpus(ConformanceCase test)
    {
        var characters = new EncodedCharacters(test.List("denied").Select(static escape => EscapedPath.Decode(escape)[0]));

        Assert.Equal(test["expect", "status"].GetInt32() == 400, characters.IsDenied(new Uri(test.Text("request", "url")).AbsolutePath));
    }

    private static bool Denies(EncodedCharactersFilter filter, string path)
    {
        var context = new TestRequest().StartRouted();
        context.Target = new RequestTarget(path, path.Length);
        return !filter.OnRequest(context);
    }

    private static EncodedCharactersMiddlewareConfig Config(ConformanceCase test) => new()
    {
        AllowEncodedSlash = test.Flag("config", "allowEncodedSlash"),
        AllowEncodedBackSlash = test.Flag("config", "allowEncodedBackSlash"),
        AllowEncodedNullCharacter = test.Flag("config", "allowEncodedNullCharacter"),
        AllowEncodedSemicolon = test.Flag("config", "allowEncodedSemicolon"),
        AllowEncodedPercent = test.Flag("config", "allowEncodedPercent"),
        AllowEncodedQuestionMark = test.Flag("config", "allowEncodedQuestionMark"),
        AllowEncodedHash = test.Flag("config", "allowEncodedHash"),
    };
}
