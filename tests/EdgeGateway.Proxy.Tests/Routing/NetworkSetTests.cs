using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Sources;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

/// <summary>The whole of ipStrategy.json: strategies and the checker that they and trusted addresses share.</summary>
public sealed class NetworkSetTests
{
    public static TheoryData<ConformanceCase> StrategyCases => ConformanceCase.All("ipStrategy.json", "remoteAddr", "depth", "excludedIPs");

    public static TheoryData<ConformanceCase> AuthorizedCases => ConformanceCase.All("ipStrategy.json", "isAuthorized");

    public static TheoryData<ConformanceCase> ContainsCases => ConformanceCase.All("ipStrategy.json", "contains");

    public static TheoryData<ConformanceCase> ParseCases => ConformanceCase.All("ipStrategy.json", "parse");

    [Fact]
    public void Every_suite_of_the_file_is_run() => Assert.Equal(
        ["remoteAddr", "depth", "excludedIPs", "isAuthorized", "contains", "parse"], ConformanceCase.Suites("ipStrategy.json"));

    [Theory]
    [MemberData(nameof(StrategyCases))]
    public void The_client_address_is_that_of_the_corpus(ConformanceCase test)
    {
        var depth = test.Has("config", "depth") ? test["config", "depth"].GetInt32() : 0;
        var subnet = test.Has("config", "ipv6Subnet") ? test["config", "ipv6Subnet"].GetInt32() : (int?)null;
        var config = new IPStrategyConfig { Depth = depth, Ipv6Subnet = subnet, ExcludedIPs = test.List("config", "excludedIPs").ToConfigList() };
        if (subnet > 128)
        {
            // The case drives an inner part with a subnet that the whole refuses.
            Assert.False(ClientAddressStrategy.TryCreate(config, out _, out var refusal));
            Assert.Equal($"invalid IPv6 subnet {subnet} value, should be greater to 0 and lower or equal to 128", refusal);
            return;
        }

        Assert.True(ClientAddressStrategy.TryCreate(config, out var strategy, out var error), error);
        var forwardedFor = test.Headers("request", "headers").SelectMany(static header => header.Values).FirstOrDefault();
        var actual = test.Has("request", "remoteAddr") ? strategy.Cut(HostOf(test.Text("request", "remoteAddr"))) : strategy.FromForwarded(forwardedFor ?? "");

        Assert.Equal(test.Text("expect", "ip"), actual);
    }

    [Theory]
    [MemberData(nameof(AuthorizedCases))]
    public void Peers_are_trusted_as_in_the_corpus(ConformanceCase test) => Assert.Equal(
        test.Flag("expect", "authorized"),
        NetworkSet.TryParseAddress(HostOf(test.Text("remoteAddr")), out var address) && Parse(test.List("config", "ips")).Contains(address));

    [Theory]
    [MemberData(nameof(ContainsCases))]
    public void Sets_hold_what_they_hold_in_the_corpus(ConformanceCase test)
    {
        var set = Parse(test.List("config", "ips"));

        Assert.All(test.List("expect", "contains"), address => Assert.True(set.Contains(IPAddress.Parse(address.Split('%')[0])), address));
        Assert.All(test.List("expect", "excludes"), address => Assert.False(set.Contains(IPAddress.Parse(address.Split('%')[0])), address));
    }

    [Theory]
    [MemberData(nameof(ParseCases))]
    public void Sets_are_refused_as_in_the_corpus(ConformanceCase test) =>
        Assert.Equal(test.Flag("expect", "configError"), !NetworkSet.TryParse(test.List("config", "ips"), out _, out _));

    [Theory]
    [InlineData("0.0.0.0/0", "1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "1.2.3.4", false)]
    [InlineData("::/0", "::1", true)]
    [InlineData("10.0.0.7/30", "10.0.0.4", true)]
    [InlineData("10.0.0.7/30", "10.0.0.8", false)]
    [InlineData("1.2.3.4", "::ffff:1.2.3.4", true)]
    public void Families_are_kept_apart_and_host_bits_ignored(string network, string address, bool expected) =>
        Assert.Equal(expected, Parse([network]).Contains(IPAddress.Parse(address)));

    private static NetworkSet Parse(string[] entries) =>
        NetworkSet.TryParse(entries, out var set, out var error) ? set : throw new InvalidOperationException(error);

    private static string HostOf(string remote) => HostName.Split(remote, out _).ToString();
}
