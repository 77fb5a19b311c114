using System.Text;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Nomad.Client;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Client;

public sealed class NomadAddressTests
{
    [Fact]
    public void User_info_becomes_basic_auth_a_path_is_ignored_and_neither_is_shown()
    {
        var address = Assert.Single(NomadAddress.ParseList("http://me:p%40ss%3A@nomad.example:4646/ui/", "flag"));
        Assert.Equal("http://nomad.example:4646/", address.BaseUri.ToString());
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:p@ss:")), address.BasicAuthorization);
        Assert.Equal("http://nomad.example:4646", address.Text);
    }

    [Fact]
    public void A_comma_list_keeps_its_order_and_a_socket_is_dialled_by_its_path()
    {
        var list = NomadAddress.ParseList("unix:///secrets/api.sock, https://10.0.0.1:4646 ,http://[fd00::1]:4646", "flag");
        Assert.Equal("/secrets/api.sock", list[0].SocketPath);
        Assert.Equal("http://127.0.0.1/", list[0].BaseUri.ToString());
        Assert.Equal(["https://10.0.0.1:4646", "http://[fd00::1]:4646"], list.Skip(1).Select(static a => a.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("10.0.0.1:4646")]
    [InlineData("localhost:4646")]
    [InlineData("ftp://host")]
    [InlineData("unix://")]
    [InlineData("http://")]
    public void What_cannot_be_an_address_is_refused_with_its_source(string text)
    {
        var problem = Assert.Throws<ConfigurationException>(() => NomadAddress.ParseList(text, "NOMAD_ADDR")).Problem;
        Assert.Equal("EG-NOMAD-ADDRESS", problem.Code);
        Assert.Equal("NOMAD_ADDR", problem.Location.Text);
    }

    [Fact]
    public void A_password_does_not_reach_the_message() =>
        Assert.DoesNotContain("secret", Assert.Throws<ConfigurationException>(() => NomadAddress.ParseList("ftp://u:secret@host", "flag")).Message, StringComparison.Ordinal);
}
