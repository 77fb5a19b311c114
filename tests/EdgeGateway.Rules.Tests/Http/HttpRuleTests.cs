using System.Net;
using EdgeGateway.Rules.Http;
using Xunit;

namespace EdgeGateway.Rules.Tests.Http;

/// <summary>What the corpus does not ask.</summary>
public class HttpRuleTests
{
    [Theory]
    [InlineData("Host(`*`)", "", true)]
    [InlineData("Host(`*.`)", "a", true)]
    [InlineData("Host(`*.`)", "", false)]
    [InlineData("Host(`.`)", "a", false)]
    [InlineData("Host(`.`)", ".", true)]
    [InlineData("Host(`a.test.`)", "a.test..", true)]
    [InlineData("Host(`a.test`)", "a.test..", false)]
    [InlineData("Host(`*.test.`)", "a.test", true)]
    public void Hosts(string rule, string host, bool expected) => Assert.Equal(expected, HttpRule.Parse(rule).Matches(new TestRequest { Host = host }));

    [Theory]
    [InlineData("a=1", true)]
    [InlineData("%61=%31", true)]
    [InlineData("a=%zz&a=1", true)]
    [InlineData("%zz=1&a=1", true)]
    [InlineData("a=1;b=2", false)]
    [InlineData("&&a=1&", true)]
    [InlineData("a==1", false)]
    [InlineData("A=1", false)]
    [InlineData("a=1%", false)]
    public void Queries(string query, bool expected) => Assert.Equal(expected, HttpRule.Parse("Query(`a`, `1`)").Matches(new TestRequest { Query = query }));

    [Fact]
    public void A_long_encoded_query_is_read_too()
    {
        var value = new string('v', 5000);
        Assert.True(HttpRule.Parse($"Query(`a`, `{value} `)").Matches(new TestRequest { Query = $"x=1&a={value}%20" }));
    }

    [Theory]
    [InlineData("Query(`é`, `ü`)", "%C3%A9=%c3%bc", true)]
    [InlineData("Query(`é`, `ü`)", "\u00C3\u00A9=\u00C3\u00BC", true)]
    [InlineData("Query(`a`, \"\\xff\")", "a=%FF", true)]
    [InlineData("Query(`a`, \"\\xfe\")", "a=%FF", false)]
    [InlineData("Query(`a`, `\uFFFD`)", "a=%FF", false)]
    [InlineData("QueryRegexp(`a`, `^.$`)", "a=%FF", true)]
    public void Query_values_are_compared_as_bytes(string rule, string query, bool expected) =>
        Assert.Equal(expected, HttpRule.Parse(rule).Matches(new TestRequest { Query = query }));

    [Theory]
    [InlineData("Query(`a=1`)", "a=1&a=2", true)]
    [InlineData("Query(`a=2`)", "a=1&a=2", false)]
    [InlineData("Query(`a=2`)", "a=%zz&a=2", true)]
    [InlineData("Query(`a={x:[0-9]+}`)", "a=12", true)]
    [InlineData("Query(`a={x:[0-9]+}`)", "a=1b", false)]
    [InlineData("Query(`a=x{y}`)", "a=x", true)]
    [InlineData("Query(`a=`)", "a=anything", true)]
    [InlineData("Query(`a=`)", "b=1", false)]
    [InlineData("Query(`a`, `1`)", "a=1", true)]
    public void Queries_of_the_old_syntax_look_at_the_first_value(string rule, string query, bool expected) =>
        Assert.Equal(expected, HttpRule.Parse(rule, "v2").Matches(new TestRequest { Query = query }));

    [Theory]
    [InlineData("10.0.0.7/30", "10.0.0.4", true)]
    [InlineData("10.0.0.7/30", "10.0.0.8", false)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::/0", "::ffff:10.0.0.1", false)]
    [InlineData("0.0.0.0/0", "::ffff:10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("::ffff:10.0.0.0/90", "10.9.9.9", false)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    public void Addresses(string range, string peer, bool expected) =>
        Assert.Equal(expected, HttpRule.Parse($"ClientIP(`{range}`)").Matches(new TestRequest { Peer = IPAddress.Parse(peer) }));

    [Fact]
    public void An_unknown_peer_is_in_no_range()
    {
        Assert.False(HttpRule.Parse("ClientIP(`0.0.0.0/0`)").Matches(new TestRequest { Peer = null }));
        Assert.True(HttpRule.Parse("!ClientIP(`0.0.0.0/0`)").Matches(new TestRequest { Peer = null }));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("10.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("::1/129")]
    [InlineData(" ::1")]
    [InlineData("::ffff:10.1")]
    public void What_Go_takes_for_no_address_is_none(string text) => Assert.False(HttpRule.TryParse($"ClientIP(`{text}`)", "v3", out _, out _));

    [Fact]
    public void The_default_priority_counts_bytes()
    {
        Assert.Equal(15, HttpRule.PriorityOf("Path(`/é😀`)"));
        Assert.Equal(HttpRule.PriorityOf(" Path(`/`)"), HttpRule.Parse(" Path(`/`)").Priority);
    }

    [Theory]
    [InlineData("Host(`A.test`)", "a.test", null)]
    [InlineData("Host(`a.test.`)", "a.test.,a.test", null)]
    [InlineData("Host(`*.test`)", "*.test", null)]
    [InlineData("Host(`*`)", null, null)]
    [InlineData("Host(`*x`)", "", null)]
    [InlineData("!Host(`a`)", null, null)]
    [InlineData("HostRegexp(`a`)", null, null)]
    [InlineData("Host(`a`) && PathPrefix(`/x`)", "a", "/x*")]
    [InlineData("Host(`a`) || PathPrefix(`/x`)", null, null)]
    [InlineData("Host(`a`) || Host(`b`)", "a,b", null)]
    [InlineData("Host(`a`) && Host(`b`)", "", null)]
    [InlineData("Host(`*.b`) && (Host(`a.b`) || Host(`c`))", "a.b", null)]
    [InlineData("(Host(`a`) && Path(`/`)) || (Host(`b`) && PathPrefix(`/b`))", "a,b", "/,/b*")]
    [InlineData("PathPrefix(`/a`) && PathPrefix(`/a/b`)", null, "/a/b*")]
    [InlineData("PathPrefix(`/a`) && Path(`/a`)", null, "/a")]
    [InlineData("PathPrefix(`/a`) && Path(`/b`)", null, "")]
    [InlineData("!(Host(`a`) || Path(`/`))", null, null)]
    [InlineData("!(!Host(`a`) || !Path(`/`))", "a", "/")]
    public void Index_keys_are_folded_from_the_rule(string rule, string? hosts, string? paths)
    {
        var keys = HttpRule.Parse(rule).Keys;
        Assert.Equal(hosts, keys.Hosts is null ? null : string.Join(',', keys.Hosts));
        Assert.Equal(paths, keys.Paths is null ? null : string.Join(',', keys.Paths.Select(static key => key.Path + (key.IsPrefix ? "*" : ""))));
    }

    [Fact]
    public async Task Matching_allocates_nothing()
    {
        string[] rules =
        [
            "Host(`shop.example.test`) && PathPrefix(`/api`) && !Header(`X-A`, `z`)", "Host(`*.example.test`)", "HostRegexp(`^[a-z]+\\.example\\.test$`)",
            "PathRegexp(`^/api/v[0-9]+/`)", "Query(`a`, `1 2`)", "QueryRegexp(`a`, `^1`)", "HeaderRegexp(`X-A`, `^b`)", "ClientIP(`10.0.0.0/8`)", "ClientIP(`::1`)",
        ];
        var request = new TestRequest
        {
            Host = "shop.example.test", Path = "/api/v1/items", Query = "x=%20&a=1+2", Headers = [("X-A", "a"), ("x-a", "b")], Peer = IPAddress.Parse("::ffff:10.1.2.3"),
        };
        foreach (var rule in rules.Select(static text => HttpRule.Parse(text)))
        {
            // .NET's regex matcher boxes its structs until the JIT has optimised it, which happens in the background.
            var allocated = Allocated(rule, request);
            for (var round = 0; round < 500 && allocated > 0; round++)
            {
                await Task.Delay(10);
                allocated = Allocated(rule, request);
            }

            Assert.True(allocated == 0, $"{rule.Text}: {allocated} bytes");
        }
    }

    private static long Allocated(HttpRule rule, TestRequest request)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            rule.Matches(request);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
