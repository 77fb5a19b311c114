using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.IPAllowList;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.IPAllowList;

public sealed class IPAllowListFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("ipAllowList.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Addresses_are_let_in_as_in_the_corpus(ConformanceCase test)
    {
        var ranges = test.List("config", "sourceRange").ToConfigList();
        IPAllowListConfig config = new()
        {
            SourceRange = ranges,
            RejectStatusCode = test.Has("config", "rejectStatusCode") ? test["config", "rejectStatusCode"].GetInt64() : 0,
        };
        switch (test.Suite)
        {
            case "config":
                Assert.Equal(test.Flag("expect", "configError"), MiddlewareFactoryTests.ErrorOf(new() { IpAllowList = config }) is not null);
                break;
            case "request":
                var peer = IPEndPoint.Parse(test.Text("request", "remoteAddr"));
                var request = await new TestRequest { Connection = TestRequest.Peer($"{peer.Address}", peer.Port) }.RunAsync(Build(config));
                var status = test["expect", "status"].GetInt32();
                Assert.Equal((status, status == 200 ? "" : ReasonPhrases.GetReasonPhrase(status)), (request.Status, request.Body));
                Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
                break;
            default:
                // The TCP middleware of that name; its connections are in Tcp/ and in the black-box tests.
                var isUsable = NetworkSet.TryParse(ranges.AsSpan(), out var networks, out _);
                Assert.Equal(test.Suite == "tcpConfig" && test.Flag("expect", "configError"), !isUsable);
                Assert.True(test.Suite == "tcpConfig"
                    || networks!.Contains(IPEndPoint.Parse(test.Text("remoteAddr")).Address) == test.Flag("expect", "accepted"));
                break;
        }
    }

    [Theory]
    [InlineData("10.0.0.1", 200)]
    [InlineData("10.0.0.1:443", 200)]
    [InlineData("::ffff:10.0.0.1", 200)]
    [InlineData("11.0.0.1, 10.0.0.1", 200)]
    [InlineData("10.0.0.1, 11.0.0.1", 403)]
    [InlineData("nobody", 403)]
    [InlineData("", 403)]
    public async Task The_address_may_be_one_that_a_proxy_in_front_told(string forwarded, int status)
    {
        var request = new TestRequest();
        request.Request.Headers["X-Forwarded-For"] = forwarded;

        await request.RunAsync(Build(new() { SourceRange = ["10.0.0.0/8"], IpStrategy = new() { Depth = 1 } }));

        Assert.Equal(status, request.Status);
    }

    [Fact]
    public async Task An_empty_strategy_means_the_peer_and_strangers_claims_are_not_believed()
    {
        var request = new TestRequest();
        request.Request.Headers["X-Forwarded-For"] = "10.0.0.1";

        await request.RunAsync(Build(new() { SourceRange = ["10.0.0.0/8"], IpStrategy = new() }));

        Assert.Equal((403, "Forbidden", 0), (request.Status, request.Body, request.Service.Calls));
    }

    [Fact]
    public void Bad_settings_are_named()
    {
        Assert.Equal("sourceRange is empty, IPAllowLister not created", MiddlewareFactoryTests.ErrorOf(new() { IpAllowList = new() }));
        Assert.Contains("foo", MiddlewareFactoryTests.ErrorOf(new() { IpWhiteList = new() { SourceRange = ["foo"] } }), StringComparison.Ordinal);
        Assert.Contains("299", MiddlewareFactoryTests.ErrorOf(new() { IpAllowList = new() { SourceRange = ["::/0"], RejectStatusCode = 299 } }), StringComparison.Ordinal);
        Assert.Contains(
            "IPv6 subnet", MiddlewareFactoryTests.ErrorOf(new() { IpAllowList = new() { SourceRange = ["::/0"], IpStrategy = new() { Ipv6Subnet = 0 } } }),
            StringComparison.Ordinal);
    }

    private static IPAllowListFilter Build(IPAllowListConfig config) =>
        IPAllowListFilter.TryCreate("m@test", config, out var filter, out var error) ? filter : throw new InvalidOperationException(error);
}
