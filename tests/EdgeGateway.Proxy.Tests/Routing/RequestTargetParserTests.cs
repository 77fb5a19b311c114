using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using FsCheck.Fluent;
using FsCheck.Xunit;
using FsCheck;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

public sealed class RequestTargetParserTests
{
    private static readonly TargetOptions Default = new(Sanitize: true, EncodeSemicolons: false);

    public static TheoryData<ConformanceCase> PathCases => ConformanceCase.All("entryPointRequest.json", "sanitizePath", "normaliseAndSanitise");

    public static TheoryData<ConformanceCase> FragmentCases => ConformanceCase.All("entryPointRequest.json", "fragment");

    [Theory]
    [MemberData(nameof(PathCases))]
    public void Paths_are_normalised_as_in_the_corpus(ConformanceCase test)
    {
        var fault = RequestTargetParser.Parse(test.Text("request", "path"), "GET", Default, out var target, out _);

        Assert.Equal(TargetFault.None, fault);
        if (test.Has("expect", "requestPath"))
        {
            Assert.Equal(test.Text("expect", "requestPath"), target.ToString());
        }

        Assert.Equal(test.Text("expect", "path"), EscapedPath.Decode(target.EscapedPath));
    }

    [Theory]
    [MemberData(nameof(FragmentCases))]
    public void A_raw_hash_in_the_path_is_refused(ConformanceCase test)
    {
        var fault = RequestTargetParser.Parse(test.Text("request", "rawTarget"), "GET", Default, out _, out _);

        Assert.Equal(test["expect", "status"].GetInt32() == 400, fault == TargetFault.Fragment);
    }

    [Fact]
    public void Every_suite_of_the_file_is_run_somewhere() => Assert.Equal(
        ["sanitizePath", "normaliseAndSanitise", "fragment", "underscoreHeaders"], ConformanceCase.Suites("entryPointRequest.json"));

    [Theory]
    [InlineData("/")]
    [InlineData("/a/b?c=d&e=%2f")]
    [InlineData("/a%2Fb/:@!$&'()*+,=~-._[x]?")]
    public void A_target_that_needs_no_change_keeps_its_string(string raw)
    {
        RequestTargetParser.Parse(raw, "GET", Default, out var target, out _);

        Assert.Same(raw, target.Text);
    }

    [Theory]
    [InlineData("/?a;b", false, "/?a&b")]
    [InlineData("/?a;b", true, "/?a%3Bb")]
    [InlineData("/;x?a", false, "/;x?a")]
    public void Semicolons_of_the_query_are_replaced(string raw, bool encode, string expected)
    {
        RequestTargetParser.Parse(raw, "GET", new(true, encode), out var target, out _);

        Assert.Equal(expected, target.ToString());
    }

    [Theory]
    [InlineData("http://u:p@p.test:81/a?b", "p.test:81", "/a?b")]
    [InlineData("http://p.test?b=/c", "p.test", "/?b=/c")]
    [InlineData("http:///a", null, "/a")]
    [InlineData("ftp://p.test", "p.test", "/")]
    public void Absolute_targets_give_host_and_path(string raw, string? authority, string expected)
    {
        var fault = RequestTargetParser.Parse(raw, "GET", Default, out var target, out var actual);

        Assert.Equal(TargetFault.None, fault);
        Assert.Equal(authority, actual);
        Assert.Equal(expected, target.ToString());
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("://x/")]
    [InlineData("1http://x/")]
    [InlineData("/a%2")]
    [InlineData("/a%zz")]
    [InlineData("/%")]
    public void Other_targets_are_malformed(string raw) =>
        Assert.Equal(TargetFault.Malformed, RequestTargetParser.Parse(raw, "GET", Default, out _, out _));

    [Property(MaxTest = 2000)]
    public Property Normalising_twice_changes_nothing_and_never_throws() => Prop.ForAll(Targets(), raw =>
    {
        if (RequestTargetParser.Parse(raw, "GET", Default, out var once, out _) != TargetFault.None)
        {
            return true;
        }

        return RequestTargetParser.Parse(once.ToString(), "GET", Default, out var twice, out _) == TargetFault.None
            && twice.ToString() == once.ToString()
            && EscapedPath.IsClean(twice.EscapedPath);
    });

    [Property(MaxTest = 2000)]
    public Property Cleaning_never_leaves_what_is_not_clean() => Prop.ForAll(Targets(), raw =>
    {
        var path = raw.Split('?')[0];
        return !path.StartsWith('/') || EscapedPath.IsClean(EscapedPath.Clean(path));
    });

    private static Arbitrary<string> Targets() => Gen.Elements("/", "/", ".", "..", "a", "%2F", "%2e", "%", "%41", "?", ";", "#", "{", "é", "//", "%C3%A9", "[")
        .ListOf()
        .Select(static parts => "/" + string.Concat(parts))
        .ToArbitrary();
}
