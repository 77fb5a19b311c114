using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

public sealed class ServiceStateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_server_whose_url_stays_keeps_its_object()
    {
        var state = Store().GetOrCreate("s@test");
        state.Update(Configs("http://a:1", "http://b:1"));
        var a = state.Servers[0];

        state.Update(Configs("http://c:1", "http://a:1"));

        Assert.Same(a, state.Servers[1]);
        Assert.Equal(["http://c:1", "http://a:1"], state.Servers.Select(static server => server.Url));
    }

    [Fact]
    public void A_server_that_returns_within_a_minute_finds_its_state()
    {
        var state = Store().GetOrCreate("s@test");
        state.Update(Configs("http://a:1"));
        var a = state.Servers[0];

        state.Update([]);
        _time.Advance(TimeSpan.FromSeconds(59));
        state.Update(Configs("http://a:1"));
        Assert.Same(a, state.Servers[0]);

        state.Update([]);
        _time.Advance(TimeSpan.FromSeconds(61));
        state.Update(Configs("http://a:1"));
        Assert.NotSame(a, state.Servers[0]);
    }

    [Fact]
    public void The_same_url_twice_gets_two_turns()
    {
        var state = Store().GetOrCreate("s@test");
        state.Update(Configs("http://a:1", "http://a:1", "http://b:1"));

        var shares = Enumerable.Range(0, 30).Select(_ => state.Choose(default)!.Url).CountBy(static url => url).ToDictionary();

        Assert.Equal(20, shares["http://a:1"]);
        Assert.Equal(10, shares["http://b:1"]);
    }

    [Fact]
    public void A_url_that_cannot_be_used_costs_its_server_only()
    {
        var state = Store().GetOrCreate("s@test");

        var errors = state.Update(Configs("ftp://a:1", "nonsense", "http://b:1"));

        Assert.Equal(["http://b:1"], state.Servers.Select(static server => server.Url));
        Assert.Equal(2, errors.Count);
        Assert.Contains("ftp", errors[0].Text, StringComparison.Ordinal);
        Assert.Contains("nonsense", errors[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_weight_counts_without_a_new_server()
    {
        var state = Store().GetOrCreate("s@test");
        state.Update([new() { Url = "http://a:1" }, new() { Url = "http://b:1" }]);
        var a = state.Servers[0];

        state.Update([new() { Url = "http://a:1", Weight = 3 }, new() { Url = "http://b:1" }]);

        Assert.Same(a, state.Servers[0]);
        var shares = Enumerable.Range(0, 40).Select(_ => state.Choose(default)!.Url).CountBy(static url => url).ToDictionary();
        Assert.InRange(shares["http://a:1"], 29, 31);
    }

    [Fact]
    public void The_state_of_a_service_that_is_gone_is_kept_a_minute()
    {
        var store = Store();
        var state = store.GetOrCreate("s@test");
        state.Update(Configs("http://a:1"));

        store.Release("s@test");
        Assert.Equal(["http://a:1"], state.Servers.Select(static server => server.Url)); // for a request that began before
        _time.Advance(TimeSpan.FromSeconds(59));
        store.Trim();
        Assert.Same(state, store.GetOrCreate("s@test"));
        _time.Advance(TimeSpan.FromSeconds(59));
        store.Trim();
        Assert.Same(state, store.GetOrCreate("s@test"));

        store.Release("s@test");
        _time.Advance(TimeSpan.FromSeconds(61));
        store.Trim();
        Assert.NotSame(state, store.GetOrCreate("s@test"));
    }

    [Theory]
    [InlineData("http://10.0.0.1:8080/base?x", "http", "10.0.0.1", 8080, "10.0.0.1:8080")]
    [InlineData("https://Example.com", "https", "example.com", 443, "Example.com")]
    [InlineData("h2c://[::1]:50051", "h2c", "::1", 50051, "[::1]:50051")]
    [InlineData("http://user:secret@a:80/", "http", "a", 80, "a:80")]
    public void Only_scheme_and_authority_of_a_url_count(string url, string scheme, string host, int port, string authority)
    {
        Assert.True(ServerUrl.TryParse(url, out var parsed, out _));
        Assert.Equal((scheme, host, port, authority), (parsed.Scheme, parsed.Host, parsed.Port, parsed.Authority));
    }

    private ServiceStateStore Store() => new(_time, new Random(7));

    private static ConfigList<ServerConfig> Configs(params string[] urls) => [.. urls.Select(static url => new ServerConfig { Url = url })];

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
