using BenchmarkDotNet.Attributes;
using EdgeGateway.Benchmarks.Routes;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Benchmarks;

/// <summary>Which router takes a request, by the number of routers and the shape of their rules.</summary>
public class MatchBenchmarks
{
    // Different requests each time: one that is repeated finds its router in the processor's cache.
    private const int Requests = 1024;

    private readonly Request[] _requests = new Request[Requests];
    private HttpRouting _routing = HttpRouting.Empty;
    private int _at;

    [ParamsAllValues]
    public Shape Shape { get; set; }

    [Params(10, 100, 1_000, 10_000)]
    public int Routers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _routing = HttpRouting.Build(RouteTable.Routers(Shape, Routers));
        for (var i = 0; i < Requests; i++)
        {
            _requests[i] = RouteTable.For(Shape, random.Next(Routers));
        }
    }

    [Benchmark]
    public object? Match() => _routing.Match(_requests[_at++ & (Requests - 1)]);
}
