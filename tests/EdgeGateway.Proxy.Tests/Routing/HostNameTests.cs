using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

public sealed class HostNameTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("requestHost.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hosts_are_split_as_in_the_corpus(ConformanceCase test)
    {
        var host = test.Has("host") ? test.Text("host") : test.Text("request", "url")["http://".Length..];

        Assert.Equal(test.Text("expect", "host"), HostName.Canonical(host));
    }

    [Theory]
    [InlineData("A.Test:80", "a.test")]
    [InlineData(" a.test ", "a.test")]
    public void Hosts_are_trimmed_and_lowered(string host, string expected) => Assert.Equal(expected, HostName.Canonical(host));

    [Fact]
    public void A_host_in_canonical_form_keeps_its_string()
    {
        var host = string.Concat("a.", "test");

        Assert.Same(host, HostName.Canonical(host));
    }
}
