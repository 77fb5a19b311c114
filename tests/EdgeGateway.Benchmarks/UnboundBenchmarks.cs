using BenchmarkDotNet.Attributes;
using EdgeGateway.Benchmarks.Routes;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Benchmarks;

/// <summary>
/// Rules that name neither host nor path, beside ten thousand hosts: they stand in front of the others, and each request is one for a host
/// that none of them takes, the worst case; "HeaderHit" is one that the rule in the middle takes.
/// </summary>
public class UnboundBenchmarks
{
    private const int Hosts = 10_000;

    private readonly Request[] _requests = new Request[1024];
    private HttpRouting _routing = HttpRouting.Empty;
    private int _at;

    [Params("Header", "HeaderHit", "Method", "HostRegexp", "ClientIP")]
    public string Kind { get; set; } = "";

    [Params(10, 100, 1_000)]
    public int Unbound { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _routing = HttpRouting.Build(
        [
            .. RouteTable.Routers(Shape.Host, Hosts),
            .. Enumerable.Range(0, Unbound).Select(i => RouteTable.Router(
                $"u{i}",
                Kind switch
                {
                    "Header" or "HeaderHit" => $"Header(`X-Tenant`, `tenant{i}`) && Method(`GET`)",
                    "Method" => $"Method(`M{i}`)",
                    "HostRegexp" => $"HostRegexp(`^r{i}\\.`)",
                    _ => $"ClientIP(`10.{i / 250}.{i % 250}.0/24`)",
                },
                1000)),
        ]);
        for (var i = 0; i < _requests.Length; i++)
        {
            _requests[i] = new($"app{random.Next(Hosts)}.example.com", "/index.html", Kind == "HeaderHit" ? $"tenant{Unbound / 2}" : "other");
        }
    }

    [Benchmark]
    public object? Match() => _routing.Match(_requests[_at++ & (_requests.Length - 1)]);
}
