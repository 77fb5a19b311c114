using EdgeGateway.Tailscale.LocalApi;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.LocalApi;

public class SocketMountTests
{
    private const string File = "1201 1190 0:24 /tailscale/tailscaled.sock//deleted /run/tailscale/tailscaled.sock ro,relatime - tmpfs tmpfs rw";
    private const string Folder = "1201 1190 0:24 /tailscale /run/tailscale ro,relatime - tmpfs tmpfs rw";

    [Theory]
    [InlineData(File, true)]
    [InlineData(Folder, false)]
    [InlineData("", false)]
    [InlineData("1 2 3", false)]
    public void Only_a_mount_of_the_file_itself_counts(string line, bool expected) =>
        Assert.Equal(expected, SocketMount.IsFileMount("/var/run/tailscale/tailscaled.sock", "/run/tailscale/tailscaled.sock", [line]));

    [Fact]
    public void A_path_that_is_no_mount_is_none_on_this_machine() =>
        Assert.False(SocketMount.IsFileMount(Path.Combine(AppContext.BaseDirectory, "tailscaled.sock")));

    [Fact]
    public void The_variable_wins_then_the_first_place_that_exists_then_the_standard_one()
    {
        Assert.Equal("/x/y.sock", LocalApiSocket.Locate("/x/y.sock", _ => true));
        Assert.Equal("/tmp/tailscaled.sock", LocalApiSocket.Locate(null, p => p == "/tmp/tailscaled.sock"));
        Assert.Equal("/var/run/tailscale/tailscaled.sock", LocalApiSocket.Locate("", _ => false));
    }
}
