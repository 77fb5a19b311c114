using EdgeGateway.Proxy.EntryPoints;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData("Max open files            20000                20000                files     ", 20000)]
    [InlineData("Max open files            1024                 524288               files", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files", int.MaxValue)]
    [InlineData("Max open files            ?", 1024)]
    [InlineData("Max processes             5                    6                    processes", 1024)]
    public void The_soft_limit_counts(string line, int expected) => Assert.Equal(expected, DescriptorLimit.Parse(["Limit Soft Limit", line]));

    [Fact]
    public void This_process_has_one() => Assert.InRange(DescriptorLimit.Read(), 64, int.MaxValue);
}
