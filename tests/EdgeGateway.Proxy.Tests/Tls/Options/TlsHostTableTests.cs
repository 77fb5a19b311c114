using EdgeGateway.Proxy.Tls.Options;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tls.Options;

public sealed class TlsHostTableTests
{
    [Fact]
    public void The_exact_name_comes_before_the_wildcard_and_the_wildcard_before_the_default()
    {
        var exact = TlsOptionsEntry.Create("exact@file", new());
        var wild = TlsOptionsEntry.Create("wild@file", new());
        var table = new TlsHostTable([new("a.x.test", exact), new("*.x.test", wild), new("*", exact)], TlsOptionsEntry.BuiltIn);

        Assert.Same(exact, table.Find("a.x.test"));
        Assert.Same(wild, table.Find("b.x.test"));
        Assert.Same(TlsOptionsEntry.BuiltIn, table.Find("b.a.x.test")); // one label only
        Assert.Same(TlsOptionsEntry.BuiltIn, table.Find("x.test"));
        Assert.Same(TlsOptionsEntry.BuiltIn, table.Find("other"));
        Assert.Same(TlsOptionsEntry.BuiltIn, table.Find(null));
        Assert.Same(TlsOptionsEntry.BuiltIn, table.Find("a." + new string('b', 300)));
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var table = new TlsHostTable([new("*.x.test", TlsOptionsEntry.BuiltIn)], TlsOptionsEntry.BuiltIn);
        table.Find("warm.x.test");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            table.Find("b.x.test");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
