using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Sticky;

public sealed class StickyCookieTests
{
    private static readonly string[] Suites = ["cookieName", "sanitize", "lookup"];
    private static readonly string[] HashSuites = ["stickyCookieValue", "stickyCookieName", "routerRecursionHeader"];

    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("sticky.json");

    public static TheoryData<ConformanceCase> Hashes => ConformanceCase.All("hashes.json");

    [Fact]
    public void Every_suite_of_both_corpora_is_run()
    {
        Assert.Equal(Suites.Order(), ConformanceCase.Suites("sticky.json").Order());
        Assert.Equal(HashSuites.Order(), ConformanceCase.Suites("hashes.json").Order());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Names_and_look_up_are_traefiks(ConformanceCase @case)
    {
        if (@case.Suite != "lookup")
        {
            Assert.Equal(@case.Text("expect", "cookieName"), StickyCookie.NameFor(@case.Text("configuredName"), @case.Text("serviceName")));
            return;
        }

        var cookie = new StickyCookie(new() { Name = "test" }, "s@test");
        var table = new StickyTable<string>(cookie, @case.List("servers").Select(static server => (server, server)));
        var sent = string.Join("; ", @case["cookies"].EnumerateArray().Select(static c => $"{c.GetProperty("name")}={c.GetProperty("value")}"));

        var found = table.TryFind(cookie.In(sent), out var server, out var isOld);

        Assert.Equal(@case.Has("expect", "server") && @case.Text("expect", "server") is { Length: > 0 } expected ? expected : null, server);
        Assert.Equal(server is not null, found);
        Assert.Equal(@case.Flag("expect", "rewriteCookie"), isOld);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Hashes_are_traefiks(ConformanceCase @case)
    {
        switch (@case.Suite)
        {
            case "stickyCookieValue":
                Assert.Equal(@case.Text("expect", "cookieValue"), StickyCookie.ValueOf(@case.Text("server")));
                Assert.Equal(@case.List("expect", "acceptedOldValues"), StickyCookie.OldValuesOf(@case.Text("server")));
                break;
            case "stickyCookieName":
                Assert.Equal(@case.Text("expect", "cookieName"), StickyCookie.NameFor("", @case.Text("serviceName")));
                break;
            default:
                Assert.Equal(@case.Text("expect", "xTraefikRouter"), RouterRecursion.Token(@case.Text("routerName")));
                break;
        }
    }

    [Theory]
    [InlineData("a=1; ck=v; b=2", "v")]
    [InlineData("ck=\"quoted\"", "quoted")]
    [InlineData("ck=first; ck=second", "first")]
    [InlineData("xck=no; cky=no;ck =no", "")]
    [InlineData("ck", "")]
    [InlineData("; ;ck=", "")]
    [InlineData("CK=other", "")]
    public void The_first_cookie_of_the_name_counts(string line, string expected) =>
        Assert.Equal(expected, new StickyCookie(new() { Name = "ck" }, "s").In(line).ToString());

    [Fact]
    public void A_cookie_on_a_second_line_is_found() =>
        Assert.Equal("v", new StickyCookie(new() { Name = "ck" }, "s").In(new(["a=1", "ck=v"])).ToString());

    public static TheoryData<StickyCookieConfig, string> Attributes => new()
    {
        { new() { Name = "ck" }, "ck=v; Path=/" },
        { new() { Name = "ck", Path = "", MaxAge = 60 }, "ck=v; Max-Age=60" },
        { new() { Name = "ck", Path = "/a;b", MaxAge = -1 }, "ck=v; Path=/ab; Max-Age=0" },
        { new() { Name = "ck", Domain = ".e.test", Secure = true, HttpOnly = true, SameSite = "LAX" }, "ck=v; Path=/; Domain=e.test; HttpOnly; Secure; SameSite=Lax" },
        { new() { Name = "ck", Domain = "bad domain", SameSite = "none" }, "ck=v; Path=/; SameSite=None" },
        { new() { Name = "ck", SameSite = "strict" }, "ck=v; Path=/; SameSite=Strict" },
        { new() { Name = "ck", SameSite = "other" }, "ck=v; Path=/" },
    };

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Attributes_are_written_in_the_order_of_Go(StickyCookieConfig config, string line) =>
        Assert.Equal(line, new StickyCookie(config, "s").SetTo("v"));
}
