using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Composite;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Composite;

public sealed class WeightedServiceTests
{
    private readonly SwitchedService _a = new("a");
    private readonly SwitchedService _b = new("b");

    [Fact]
    public void Members_share_by_weight()
    {
        var service = Make(null, (_a, 3), (_b, 1));

        Assert.Equal(30, Enumerable.Range(0, 40).Count(_ => service.Next()!.Name == "a"));
    }

    [Fact]
    public void A_member_that_is_down_lets_its_turn_pass_and_is_owed_nothing()
    {
        var service = Make(null, (_a, 1), (_b, 1));
        _a.Up = false;
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal("b", service.Next()!.Name));

        _a.Up = true;
        Assert.Equal(5, Enumerable.Range(0, 10).Count(_ => service.Next()!.Name == "a"));
    }

    [Fact]
    public async Task Without_a_member_that_is_up_the_answer_is_503()
    {
        var service = Make(null, (_a, 1));
        _a.Up = false;
        Assert.False(service.IsUp);
        var request = new TestRequest();

        await service.HandleAsync(request.StartRouted());
        await Flush(request);

        Assert.Equal((503, "no available server\n"), (request.Status, request.Body));
        Assert.Equal(0, _a.Calls);
    }

    [Fact]
    public void Turns_go_on_when_the_service_is_made_anew()
    {
        var service = Make(null, (_a, 1), (_b, 1));
        var first = service.Next()!.Name;

        var next = Make(service, (_a, 1), (_b, 1));

        Assert.NotEqual(first, next.Next()!.Name);
    }

    [Fact]
    public async Task The_cookie_keeps_a_client_at_its_member_and_is_set_only_where_there_was_a_choice()
    {
        var cookie = new StickyCookie(new() { Name = "lvl" }, "w@test");
        var service = new WeightedService("w@test", [new("a", _a, 1), new("b", _b, 1)], cookie, false, null);

        var first = new TestRequest();
        await service.HandleAsync(first.StartRouted());
        var name = _a.Calls > 0 ? "a" : "b";
        Assert.Equal($"lvl={StickyCookie.ValueOf(name)}; Path=/", first.Response.Headers.SetCookie.ToString());

        var kept = name == "a" ? _a : _b;
        for (var i = 0; i < 5; i++)
        {
            var again = new TestRequest();
            again.Request.Headers.Cookie = "x=1; lvl=" + StickyCookie.ValueOf(name);
            await service.HandleAsync(again.StartRouted());
            Assert.Equal(0, again.Response.Headers.SetCookie.Count);
        }

        Assert.Equal(6, kept.Calls);
        kept.Up = false;
        var moved = new TestRequest();
        moved.Request.Headers.Cookie = "lvl=" + StickyCookie.ValueOf(name);
        await service.HandleAsync(moved.StartRouted());
        Assert.Equal($"lvl={StickyCookie.ValueOf(name == "a" ? "b" : "a")}; Path=/", moved.Response.Headers.SetCookie.ToString());
    }

    [Fact]
    public async Task Each_level_has_its_own_cookie_in_front_of_the_servers()
    {
        var inner = new WeightedService("in@test", [new("a", _a, 1)], new StickyCookie(new() { Name = "in" }, "in@test"), false, null);
        var outer = new WeightedService("out@test", [new("in", inner, 1)], new StickyCookie(new() { Name = "out" }, "out@test"), false, null);
        _a.SetCookie = "own=1";
        var request = new TestRequest();

        await outer.HandleAsync(request.StartRouted());

        Assert.Equal(
            [$"out={StickyCookie.ValueOf("in")}; Path=/", $"in={StickyCookie.ValueOf("a")}; Path=/", "own=1"], request.Response.Headers.SetCookie.OfType<string>());
    }

    [Fact]
    public async Task Highest_random_weight_leaves_out_what_is_down()
    {
        var service = new HashedService("h@test", [new("a", _a, 1), new("b", _b, 1)], reports: false);
        Assert.True(service.IsUp);
        var request = new TestRequest();
        await service.HandleAsync(request.StartRouted());
        var (chosen, other) = _a.Calls > 0 ? (_a, _b) : (_b, _a);
        chosen.Up = false;

        var again = new TestRequest();
        await service.HandleAsync(again.StartRouted());

        Assert.Equal((1, 1), (chosen.Calls, other.Calls));
    }

    private static WeightedService Make(WeightedService? before, params (SwitchedService Service, long Weight)[] members) =>
        new("w@test", [.. members.Select(static m => new ServiceMember(m.Service.Name, m.Service, m.Weight))], null, false, before);

    private static async Task Flush(TestRequest request) => await request.Context.Http.Response.BodyWriter.FlushAsync();
}

/// <summary>A service whose health the test sets.</summary>
internal sealed class SwitchedService(string name) : HttpServiceModel(name)
{
    public bool Up { get; set; } = true;

    public int Calls { get; private set; }

    public string? SetCookie { get; set; }

    public override bool IsUp => Up;

    public override ValueTask HandleAsync(EdgeGateway.Proxy.Pipeline.GatewayContext context)
    {
        Calls++;
        if (SetCookie is not null)
        {
            context.Http.Response.Headers.SetCookie = SetCookie;
        }

        context.RunResponseFilters();
        return default;
    }
}
