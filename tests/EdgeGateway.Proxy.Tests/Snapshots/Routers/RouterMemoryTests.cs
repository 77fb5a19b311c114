using EdgeGateway.Benchmarks.Measure;
using EdgeGateway.Proxy.Tests.Forwarding;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Routers;

[Collection(MeasuredAlone.Name)]
public sealed class RouterMemoryTests
{
    private const int Routers = 10_000;

    [Fact]
    public void A_router_with_its_service_and_instance_weighs_less_than_4_KiB()
    {
        _ = new ReloadChain(100);
        var before = Heap();
        var chain = new ReloadChain(Routers);
        var each = (Heap() - before) / Routers;

        // Its texts alone are half a KiB: far less would mean that nothing was built.
        Assert.InRange(each, 1024, 4095);
        Assert.Equal(Routers, chain.Apply().Report.Value.Routers.Count);
    }

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(true);
    }
}
