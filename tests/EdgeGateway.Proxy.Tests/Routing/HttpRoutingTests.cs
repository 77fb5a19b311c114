using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Rules.Http;
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

    private static readonly string[] Parts =
    [
        "Host(`a.test`)", "Host(`A.Test.`)", "Host(`*.test`)", "Host(`x.a.test`)", "HostRegexp(`^[ab]\\.`)",
        "PathPrefix(`/`)", "PathPrefix(`/a`)", "PathPrefix(`/a/b`)", "PathPrefix(`/ab`)", "Path(`/a`)", "Path(`/a/b`)", "PathRegexp(`^/a.*c$`)",
        "Method(`GET`)", "Method(`POST`)", "Query(`q`, `1`)", "ClientIP(`127.0.0.0/8`)", "Header(`X-Nothing`, `1`)",
        "Header(`X-T`, `1`)", "Header(`x-t`, `2`)", "HeaderRegexp(`X-T`, `^[13]$`)",
    ];

    // Each alone and negated, each pair joined either way, some with one more; and the old language.
    private static readonly HttpRule[] Rules =
    [
        .. Parts.SelectMany(static part => new[] { part, $"!{part}" }).Select(static text => HttpRule.Parse(text)),
        .. Parts.SelectMany(static (a, i) => Parts.Skip(i + 1).SelectMany(b => new[] { $"{a} && {b}", $"{a} || {b}", $"({a} || {b}) && !Path(`/a`)", $"{a} && !({b})" })).Select(static text => HttpRule.Parse(text)),
        .. new[]
        {
            "Host(`a.test`, `b.test`)", "HostRegexp(`{sub:[a-z]+}.test`)", "HostRegexp(`a.test`)", "PathPrefix(`/{x:a|b}`)", "Path(`/a`, `/b`)",
            "Host(`a.test`) && PathPrefix(`/a`, `/b`)", "HostHeader(`a.test`) || Path(`/a/{rest:.*}`)", "!Host(`a.test`)", "Query(`q=1`) && PathPrefix(`/a`)",
        }.Select(static text => HttpRule.Parse(text, "v2")),
    ];

    private static readonly HttpRequestView[] Requests =
    [
        .. from host in new[] { "a.test", "b.test", "a.test.", "x.a.test", "c.d.test", "other", "" }
           from path in new[] { "/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b?q=1" }
           select new TestRequest(path, host).StartRouted(),
        .. from host in new[] { "a.test", "other" }
           from path in new[] { "/", "/a" }
           from head in new[] { ("POST", new[] { "1" }), ("GET", ["2", "1"]), ("PUT", ["3"]) }
           select WithHeader(path, host, head.Item1, head.Item2).StartRouted(),
    ];

    private static readonly HttpRule[] RulesWithoutHostAndPath = [.. Rules.Where(static rule => rule.Hosts is null && rule.Keys.Paths is null)];

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

    [Property(MaxTest = 1000)]
    public Property Rules_of_every_shape_keep_their_order_through_all_changes_of_the_table() => KeepTheirOrder(Rules);

    [Property(MaxTest = 500)]
    public Property Rules_that_name_neither_host_nor_path_keep_their_order_through_all_changes_of_the_table() => KeepTheirOrder(RulesWithoutHostAndPath);

    private static TestRequest WithHeader(string path, string host, string method, string[] values)
    {
        var request = new TestRequest(path, host, method);
        request.Request.Headers["X-T"] = values;
        return request;
    }

    private static Property KeepTheirOrder(HttpRule[] rules)
    {
        var table = Gen.Elements(rules).SelectMany(static rule => Gen.Choose(-1, 1).SelectMany(priority => Gen.Choose(0, 1).Select(rank => (rule, priority, rank))))
            .ListOf(30)
            .Select(static list => list.Select(static (item, i) => Router(
                $"r{i}", new CompiledRule(item.rule), item.priority == 0 ? item.rule.Priority : item.priority, item.rank)).ToArray());
        return Prop.ForAll(
            table.ToArbitrary(),
            Gen.Choose(0, 30).Two().ToArbitrary(),
            static (routers, cut) =>
            {
                // Some are there first, some go again, the others come: the index is never made in one piece.
                var (first, gone) = (routers[..cut.Item1], routers[..Math.Min(cut.Item1, cut.Item2)]);
                var routing = HttpRouting.Build(first).With(gone, []).With([], routers[cut.Item1..]);
                var left = routers.Except(gone).OrderBy(static router => router, RouterOrder.Instance).ToArray();
                return Requests.All(request =>
                    ReferenceEquals(left.FirstOrDefault(router => router.Rule.Matches(request)), routing.Match(request))
                    && ReferenceEquals(left.FirstOrDefault(router => router.Rule.Hosts is not null && router.Rule.Matches(request)), routing.Match(request, namedHostsOnly: true)))
                    && routing.Routers.SequenceEqual(left.Where(static router => router.Rule.Hosts is not { Count: 0 }));
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
    [InlineData("Host(`one.test`) && PathPrefix(`/app{0}`)")]
    [InlineData("PathPrefix(`/app{0}`)")]
    [InlineData("(Host(`a{0}.test`) || Host(`one.test`)) && Path(`/app{0}/x`)")]
    [InlineData("Host(`one.test`) && !Path(`/app{0}/x`)")]
    [InlineData("Header(`X-T`, `{0}`)")]
    [InlineData("Host(`one.test`) && Header(`X-T`, `{0}`) && Method(`GET`)")]
    public void A_match_among_ten_thousand_of_one_host_or_none_allocates_nothing(string rule)
    {
        var routing = HttpRouting.Build(Enumerable.Range(0, 10_000).Select(i => Router($"r{i}", new CompiledRule(HttpRule.Parse(string.Format(null, rule, i))))));
        var request = WithHeader("/app77/x", "one.test", "GET", ["77"]).StartRouted();
        var found = routing.Match(request);
        Assert.NotNull(found);
        Assert.Equal(routing.Routers.First(router => router.Rule.Matches(request)).Name, found.Name);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            routing.Match(request);
        }

        // Less than the smallest object per match; the run time itself may allocate a few times on this thread.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
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
