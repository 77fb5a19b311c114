using BenchmarkDotNet.Attributes;
using EdgeGateway.Benchmarks.Measure;
using EdgeGateway.Benchmarks.Routes;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Benchmarks;

/// <summary>The steps of one change among many services.</summary>
public class ChangeBenchmarks
{
    private readonly string[] _tags = ReloadChain.Tags(7);
    private readonly SnapshotHolder _holder = new();
    private readonly GatewaySnapshot _snapshot = new();
    private ReloadChain _chain = null!;
    private HttpRouting _routing = HttpRouting.Empty;
    private HttpRouterModel[] _router = [];
    private int _turn;

    [Params(10, 10_000)]
    public int Services { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _chain = new ReloadChain(Services);
        _routing = HttpRouting.Build(RouteTable.Routers(Shape.HostAndPrefix, Services));
        _router = [RouteTable.Router(Shape.HostAndPrefix, Services + 1)];
    }

    [Benchmark]
    public object ParseRule() => HttpRule.Parse("Host(`app7.example.com`) && PathPrefix(`/api`)");

    [Benchmark]
    public object DecodeTags() => TagDecoder.Decode(_tags, "traefik");

    [Benchmark]
    public object ExtendTable() => _routing.With([], _router);

    [Benchmark]
    public object? WholeChain()
    {
        _chain.ChangeRule(_turn % Services, ++_turn);
        return _chain.Apply();
    }

    [Benchmark]
    public object? WholeChainScaled()
    {
        _chain.Scale(_turn % Services, ++_turn);
        return _chain.Apply();
    }

    [Benchmark]
    public void Swap() => _holder.Publish(_snapshot);
}
