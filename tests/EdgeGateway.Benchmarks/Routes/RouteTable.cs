using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Benchmarks.Routes;

/// <summary>Tables of routers in the shapes that are measured, and requests for them.</summary>
internal static class RouteTable
{
    private static readonly RequestPipeline Pipeline = RequestPipeline.Build([], new NoopService());

    /// <summary>The rule of one of them.</summary>
    public static string Rule(Shape shape, int i) => shape switch
    {
        Shape.Host => $"Host(`app{i}.example.com`)",
        Shape.HostAndPrefix when i % 4 == 0 => $"Host(`app{i / 4}.example.com`)",
        Shape.HostAndPrefix => $"Host(`app{i / 4}.example.com`) && PathPrefix(`/part{i % 4}`)",
        Shape.PrefixesOfOneHost => $"Host(`one.example.com`) && PathPrefix(`/team{i % 100}/app{i}`)",
        Shape.PrefixesWithoutHost => $"PathPrefix(`/team{i % 100}/app{i}`)",
        Shape.OrAndNot => $"(Host(`a{i}.example.com`) || Host(`b{i}.example.com`)) && !PathPrefix(`/private`)",
        _ when i < 10 => $"HostRegexp(`^r{i}\\.`)",
        _ => Rule(Shape.HostAndPrefix, i),
    };

    /// <summary>A request that the router takes.</summary>
    public static Request For(Shape shape, int i) => shape switch
    {
        Shape.Host => new($"app{i}.example.com", "/index.html"),
        Shape.HostAndPrefix or Shape.WithTenRegexps => new($"app{i / 4}.example.com", $"/part{i % 4}/index.html"),
        Shape.OrAndNot => new($"b{i}.example.com", "/index.html"),
        _ => new("one.example.com", $"/team{i % 100}/app{i}/index.html"),
    };

    /// <summary>The routers.</summary>
    public static HttpRouterModel[] Routers(Shape shape, int count) => [.. Enumerable.Range(0, count).Select(i => Router(shape, i))];

    /// <summary>One router.</summary>
    public static HttpRouterModel Router(Shape shape, int i)
    {
        var text = Rule(shape, i);
        return Router($"r{i}@nomad", text, HttpRule.PriorityOf(text));
    }

    /// <summary>A router with a rule of the caller's.</summary>
    public static HttpRouterModel Router(string name, string rule, long priority) => new()
    {
        Name = name,
        Config = new HttpRouterConfig { Rule = rule },
        Rule = new CompiledRule(HttpRule.Parse(rule)),
        Priority = priority,
        Pipeline = Pipeline,
    };
}
