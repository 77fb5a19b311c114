using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Strategies;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Strategies;

public sealed class ServerStrategyTests
{
    public static TheoryData<ConformanceCase> Hashed => ConformanceCase.All("loadBalancing.json", "hrw");

    [Theory]
    [MemberData(nameof(Hashed))]
    public void Hrw_scores_and_choices_are_traefiks(ConformanceCase @case)
    {
        var servers = @case["servers"].EnumerateArray().Select(static s => Make(s.GetProperty("name").GetString()!, s.GetProperty("weight").GetInt64())).ToArray();
        var client = HighestRandomWeight.Of(@case.Text("clientIp"));

        foreach (var score in @case["expect", "scores"].EnumerateObject())
        {
            var server = servers.Single(server => server.Url == score.Name);
            Assert.Equal(score.Value.GetDouble(), HighestRandomWeight.Score(client, server.Url, server.Weight), 9);
        }

        var context = From(@case.Text("clientIp"));
        var chosen = new HashedServers().Choose(context, servers, default, 0)!;
        Assert.Equal(@case.Text("expect", "server"), chosen.Url);

        // The next highest takes over, and gives back.
        chosen.IsUp = false;
        var second = new HashedServers().Choose(context, servers, default, 0)!;
        Assert.NotSame(chosen, second);
        Assert.Equal(
            servers.Where(server => server != chosen).MaxBy(server => @case["expect", "scores", server.Url].GetDouble()), second);
        chosen.IsUp = true;
        Assert.Same(chosen, new HashedServers().Choose(context, servers, default, 0));
    }

    [Fact]
    public void P2c_takes_the_one_with_fewer_running_requests_and_both_on_a_tie()
    {
        Server[] servers = [Make("http://a:1"), Make("http://b:1")];
        var strategy = new PowerOfTwoChoices(new Random(3));
        var shares = Enumerable.Range(0, 200).Select(_ => strategy.Choose(From(), servers, default, 0)!).CountBy(static server => server.Url).ToDictionary();
        Assert.InRange(shares["http://a:1"], 60, 140);

        servers[0].Enter();
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Same(servers[1], strategy.Choose(From(), servers, default, 0)));
    }

    [Fact]
    public void P2c_draws_among_all_that_are_up()
    {
        var servers = Enumerable.Range(0, 5).Select(i => Make($"http://s{i}:1", weight: 0)).ToArray();
        servers[4].IsUp = false;
        var strategy = new PowerOfTwoChoices(new Random(3));

        var shares = Enumerable.Range(0, 400).Select(_ => strategy.Choose(From(), servers, default, 0)!).CountBy(static server => server.Url).ToDictionary();

        Assert.Equal(4, shares.Count);
        Assert.All(shares, static share => Assert.InRange(share.Value, 60, 140));
    }

    [Fact]
    public void Leasttime_asks_a_server_without_a_sample_first_then_the_fastest_and_counts_what_runs()
    {
        Server[] servers = [Make("http://slow:1"), Make("http://fast:1"), Make("http://new:1")];
        servers[0].Times.Add(TimeSpan.FromMilliseconds(40));
        servers[1].Times.Add(TimeSpan.FromMilliseconds(10));
        var strategy = new LeastTime();
        Assert.Same(servers[2], strategy.Choose(From(), servers, default, 0));

        servers[2].Times.Add(TimeSpan.FromMilliseconds(100));
        Assert.Same(servers[1], strategy.Choose(From(), servers, default, 0));
        for (var i = 0; i < 4; i++)
        {
            servers[1].Enter(); // 10 × 5 > 40
        }

        Assert.Same(servers[0], strategy.Choose(From(), servers, default, 0));
    }

    [Fact]
    public void Leasttime_shares_by_weight_where_scores_are_equal()
    {
        Server[] servers = [Make("http://a:1", 3), Make("http://b:1", 1)];

        var strategy = new LeastTime();
        var shares = Enumerable.Range(0, 400).Select(_ => strategy.Choose(From(), servers, default, 0)!).CountBy(static server => server.Url).ToDictionary();

        Assert.InRange(shares["http://a:1"], 295, 305);
    }

    [Fact]
    public void Response_times_are_those_of_the_last_hundred_answers()
    {
        var times = new ResponseTimes();
        Assert.Equal(0, times.Average);
        for (var i = 0; i < 100; i++)
        {
            times.Add(TimeSpan.FromSeconds(1));
        }

        for (var i = 0; i < 100; i++)
        {
            times.Add(TimeSpan.FromMilliseconds(2));
        }

        Assert.Equal(2, times.Average, 3);
    }

    public static TheoryData<string> All => ["p2c", "hrw", "leasttime"];

    [Theory]
    [MemberData(nameof(All))]
    public void Tried_fenced_and_down_servers_are_left_out_and_avoided_ones_come_last(string name)
    {
        ServerStrategy strategy = name switch { "p2c" => new PowerOfTwoChoices(new Random(1)), "hrw" => new HashedServers(), _ => new LeastTime() };
        Server[] servers = [Make("http://a:1"), Make("http://b:1"), Make("http://c:1"), Make("http://d:1")];
        servers[0].IsUp = false;
        servers[1].IsFenced = true;
        servers[2].AvoidUntil(100);

        Assert.Same(servers[3], strategy.Choose(From(), servers, default, 50));
        TriedServers tried = default;
        tried.Add(servers[3]);
        Assert.Same(servers[2], strategy.Choose(From(), servers, tried, 50));
        tried.Add(servers[2]);
        Assert.Null(strategy.Choose(From(), servers, tried, 50));
        Assert.Null(strategy.Choose(From(), [], default, 50));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_choice_allocates_nothing(string name)
    {
        ServerStrategy strategy = name switch { "p2c" => new PowerOfTwoChoices(new Random(1)), "hrw" => new HashedServers(), _ => new LeastTime() };
        Server[] servers = [Make("http://a:1"), Make("http://b:1"), Make("http://c:1")];
        var context = From();
        strategy.Choose(context, servers, default, 0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            strategy.Choose(context, servers, default, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static GatewayContext From(string address = "192.0.2.1")
    {
        var request = new TestRequest
        {
            Connection = new Connection { EntryPoint = "web", Peer = new(IPAddress.Parse(address), 1), Local = new(IPAddress.Loopback, 80) },
        };
        return request.StartRouted();
    }

    private static Server Make(string url, long weight = 1) =>
        Server.TryCreate(new ServerConfig { Url = url, Weight = weight }, new ServerAddresses(), out var server, out var error)
            ? server
            : throw new InvalidOperationException(error);
}
