using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

public sealed class HttpRoutingTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly RequestPipeline Pipeline = RequestPipeline.Build([], new RecordingService());

    private static readonly string[] Hosts =
        ["a.test", "b.test", "A.Test", "a.test.", "*.test", "*.a.test", "x.a.test", ".test", "test", "a.test:80", "*.test.", "", "[::1]", "::1", "x.a.test."];

    internal static HttpRouterModel Router(string name, RouteRule rule, long priority = 1, int rank = int.MaxValue, bool tls = false) => new()
    {
        Name = name,
        Rule = rule,
        Priority = priority,
        ProviderRank = rank,
        Pipeline = Pipeline,
        Config = new() { Tls = tls ? new() : null },
    };

    [Property(MaxTest = 3000)]
    public Property The_index_finds_what_a_walk_over_all_routers_finds()
    {
        var rules = Gen.OneOf(
            Gen.Elements(Hosts).NonEmptyListOf().Select(static names => (RouteRule)TestRule.Host([.. names])),
            Gen.Elements(Hosts).Two().Select(static pair => (RouteRule)new TestRule(
                request => TestRule.HostMatches(pair.Item1, request.CanonicalHost) && request.RoutingPath.Length > 1, pair.Item1)),
            Gen.Constant((RouteRule)TestRule.Any),
            Gen.Constant((RouteRule)new TestRule(static request => request.RoutingPath.StartsWith("/a", StringComparison.Ordinal), null)));
        var routers = rules
            .SelectMany(static rule => Gen.Choose(-2, 2).SelectMany(priority => Gen.Choose(0, 2).Select(rank => (rule, priority, rank))))
            .ListOf()
            .Select(static list => list.Select(static (item, i) => Router($"r{i}", item.rule, item.priority, item.rank)).ToArray());
        return Prop.ForAll(
            routers.ToArbitrary(),
            Gen.Elements(Hosts).ToArbitrary(),
            Gen.Elements("/", "/a", "/b").ToArbitrary(),
            static (routers, host, path) =>
            {
                var request = new TestRequest(path, host).StartRouted();
                var expected = routers
                    .OrderByDescending(static router => router.Priority)
                    .ThenBy(static router => router.ProviderRank)
                    .ThenBy(static router => router.Name, StringComparer.Ordinal)
                    .FirstOrDefault(router => router.Rule.Matches(request));

                return ReferenceEquals(expected, HttpRouting.Build(routers).Match(request));
            });
    }

    [Fact]
    public void Equal_priority_is_decided_by_provider_and_then_by_name()
    {
        var routing = HttpRouting.Build([
            Router("b@x", TestRule.Any, rank: 1), Router("a@x", TestRule.Any, rank: 1), Router("z@y", TestRule.Any, rank: 0), Router("p@x", TestRule.Any, priority: 9),
        ]);

        Assert.Equal(["p@x", "z@y", "a@x", "b@x"], routing.Routers.Select(static router => router.Name));
    }

    [Fact]
    public void Routers_for_any_host_can_be_left_out()
    {
        var request = new TestRequest("/", "a.test").StartRouted();

        Assert.Null(HttpRouting.Build([Router("any", TestRule.Any)]).Match(request, namedHostsOnly: true));
        Assert.Equal("a", HttpRouting.Build([Router("any", TestRule.Any, 5), Router("a", TestRule.Host("a.test"))]).Match(request, namedHostsOnly: true)?.Name);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    public void A_match_allocates_nothing_whatever_the_number_of_routers(int count)
    {
        var routing = HttpRouting.Build(Enumerable.Range(0, count).Select(static i => Router($"r{i}", new TestRule(static _ => true, $"h{i}.test"))).Append(Router("any", TestRule.Any, 0)));
        var request = new TestRequest("/a?b", "h7.test:8443").StartRouted();
        Assert.Equal("r7", routing.Match(request)?.Name);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < 100_000; i++)
        {
            routing.Match(request);
        }

        var time = System.Diagnostics.Stopwatch.GetElapsedTime(start);

        // The smallest object has 24 bytes; the run time itself may allocate a few times on this thread.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        output.WriteLine($"{count} routers: {time.TotalNanoseconds / 100_000:F0} ns per match");
    }
}
