using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EdgeGateway.Proxy.Services;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

public sealed class OwnEntryPointsTests
{
    [Theory]
    [InlineData("::", "127.0.0.1", true)]
    [InlineData("::", "127.8.8.8", true)]
    [InlineData("::", "::1", true)]
    [InlineData("0.0.0.0", "localhost", true)]
    [InlineData("0.0.0.0", "0.0.0.0", true)]
    [InlineData("::", "::ffff:127.0.0.1", true)]
    [InlineData("::", "192.0.2.1", false)]
    [InlineData("::", "example.test", false)]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "::1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "127.0.0.1", false)]
    public void Every_address_that_leads_to_an_entry_point_is_known(string bound, string host, bool own)
    {
        var entryPoints = new OwnEntryPoints(() => [("web", new IPEndPoint(IPAddress.Parse(bound), 8000))]);

        Assert.Equal(own ? "web" : null, entryPoints.Find(host, 8000));
        Assert.Null(entryPoints.Find(host, 8001));
    }

    [Fact]
    public void Addresses_of_the_machines_interfaces_are_its_own()
    {
        var entryPoints = new OwnEntryPoints(() => [("web", new IPEndPoint(IPAddress.IPv6Any, 8000))]);
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(static card => card.GetIPProperties().UnicastAddresses)
            .Select(static own => own.Address).Where(static a => a.AddressFamily == AddressFamily.InterNetwork).ToList();

        Assert.NotEmpty(addresses);
        Assert.All(addresses, address => Assert.Equal("web", entryPoints.Find(address.ToString(), 8000)));
    }
}
