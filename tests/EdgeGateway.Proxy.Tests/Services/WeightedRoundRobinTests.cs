using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

public sealed class WeightedRoundRobinTests
{
    private static readonly string[] Supported = ["wrr", "wrrWithDownServers"];

    // Strategies, service types and protocols with tests of their own.
    private static readonly string[] Elsewhere = ["hrw", "mirrorPercent", "tcpUdpWrr"];

    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("loadBalancing.json", Supported);

    [Fact]
    public void Every_suite_of_the_corpus_is_run_or_listed() =>
        Assert.Equal(ConformanceCase.Suites("loadBalancing.json").Order(), Supported.Concat(Elsewhere).Order());

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_order_is_traefiks(ConformanceCase @case)
    {
        var rotation = new WeightedRoundRobin();
        var down = @case.List("down");
        foreach (var entry in @case["servers"].EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            var server = Make(name);
            server.IsUp = !down.Contains(name);
            rotation.Set(server, entry.GetProperty("weight").GetInt64());
        }

        var expected = @case.List("expect", "sequence");
        Assert.Equal(expected, expected.Select(_ => rotation.Next(default, 0)!.Host));
    }

    [Fact]
    public void A_server_that_comes_does_not_move_the_others_turn()
    {
        var rotation = new WeightedRoundRobin();
        Server[] servers = [Make("a"), Make("b"), Make("c")];
        rotation.Set(servers[0], 1);
        rotation.Set(servers[1], 1);
        var first = rotation.Next(default, 0);

        rotation.Set(servers[2], 1);
        var second = rotation.Next(default, 0);

        Assert.NotSame(first, second);
        Assert.NotSame(servers[2], second);
        Assert.Equal(3, new[] { rotation.Next(default, 0), rotation.Next(default, 0), rotation.Next(default, 0) }.Distinct().Count());
    }

    [Fact]
    public void Shares_follow_weights_through_additions_and_removals()
    {
        var rotation = new WeightedRoundRobin();
        Server[] servers = [Make("a"), Make("b"), Make("c")];
        rotation.Set(servers[0], 5);
        rotation.Set(servers[1], 3);
        rotation.Set(servers[2], 2);
        for (var i = 0; i < 7; i++)
        {
            rotation.Next(default, 0);
        }

        rotation.Remove(servers[1]);
        rotation.Set(servers[1], 3);
        rotation.Set(servers[2], 7);

        var shares = Enumerable.Range(0, 1500).Select(_ => rotation.Next(default, 0)!.Host).CountBy(static host => host).ToDictionary();
        Assert.InRange(shares["a"], 498, 502);
        Assert.InRange(shares["b"], 298, 302);
        Assert.InRange(shares["c"], 698, 702);
    }

    [Fact]
    public void Tried_servers_are_not_chosen_again()
    {
        var rotation = new WeightedRoundRobin();
        Server[] servers = [Make("a"), Make("b")];
        rotation.Set(servers[0], 100);
        rotation.Set(servers[1], 1);
        TriedServers tried = default;
        tried.Add(servers[0]);

        Assert.Same(servers[1], rotation.Next(tried, 0));
        tried.Add(servers[1]);
        Assert.Null(rotation.Next(tried, 0));
    }

    [Fact]
    public void Servers_of_weight_zero_fenced_and_down_ones_are_never_chosen()
    {
        var rotation = new WeightedRoundRobin();
        Server[] servers = [Make("a"), Make("b"), Make("c")];
        rotation.Set(servers[0], 0);
        rotation.Set(servers[1], 1);
        rotation.Set(servers[2], 1);
        servers[1].IsFenced = true;
        servers[2].IsUp = false;

        Assert.Null(rotation.Next(default, 0));
        servers[2].IsUp = true;
        Assert.Same(servers[2], rotation.Next(default, 0));
        Assert.Same(servers[2], rotation.Next(default, 0));
    }

    [Fact]
    public void An_avoided_server_is_chosen_only_when_there_is_no_other()
    {
        var rotation = new WeightedRoundRobin();
        Server[] servers = [Make("a"), Make("b")];
        rotation.Set(servers[0], 1);
        rotation.Set(servers[1], 1);
        servers[0].AvoidUntil(100);

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Same(servers[1], rotation.Next(default, 50)));
        TriedServers tried = default;
        tried.Add(servers[1]);
        Assert.Same(servers[0], rotation.Next(tried, 50));
        Assert.Contains(servers[0], new[] { rotation.Next(default, 100), rotation.Next(default, 100) });
    }

    private static Server Make(string host) =>
        Server.TryCreate(new ServerConfig { Url = $"http://{host}:80" }, new ServerAddresses(), out var server, out var error)
            ? server
            : throw new InvalidOperationException(error);
}
