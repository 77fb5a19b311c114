using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Sticky;

public sealed class StickyServersTests
{
    private readonly ServiceState _state = new ServiceStateStore(TimeProvider.System, new Random(1)).GetOrCreate("s@test");
    private readonly StickyCookie _cookie = new(new() { Name = "ck" }, "s@test");

    public StickyServersTests() => _state.Update([new() { Url = "http://a:1" }, new() { Url = "http://b:1", Weight = 0 }]);

    [Fact]
    public void A_cookie_finds_its_server_and_a_new_list_of_servers_is_known_at_once()
    {
        var sticky = new StickyServers(_cookie, _state, countsWeight: true);
        Assert.Same(_state.Servers[0], sticky.Find(With(StickyCookie.ValueOf("http://a:1")), 0));
        Assert.Null(sticky.Find(With(StickyCookie.ValueOf("http://c:1")), 0));

        _state.Update([new() { Url = "http://c:1" }]);
        Assert.Null(sticky.Find(With(StickyCookie.ValueOf("http://c:1")), 0)); // it has only just started
        _state.Servers[0].Address.Prove();
        Assert.Same(_state.Servers[0], sticky.Find(With(StickyCookie.ValueOf("http://c:1")), 0));
        Assert.Null(sticky.Find(With(StickyCookie.ValueOf("http://a:1")), 0));
    }

    [Fact]
    public void A_server_that_is_down_or_cannot_be_reached_just_now_or_has_no_share_is_not_kept_to()
    {
        var sticky = new StickyServers(_cookie, _state, countsWeight: true);
        var context = With(StickyCookie.ValueOf("http://a:1"));
        _state.Servers[0].AvoidUntil(100);
        Assert.Null(sticky.Find(context, 99));
        Assert.NotNull(sticky.Find(context, 100));
        _state.Servers[0].IsUp = false;
        Assert.Null(sticky.Find(context, 100));

        var weightless = With(StickyCookie.ValueOf("http://b:1"));
        Assert.Null(sticky.Find(weightless, 100));
        Assert.NotNull(new StickyServers(_cookie, _state, countsWeight: false).Find(weightless, 100));
    }

    [Fact]
    public void Fenced_servers_get_the_requests_that_stick_to_them()
    {
        _state.Servers[0].IsFenced = true;
        Assert.NotNull(new StickyServers(_cookie, _state, countsWeight: true).Find(With(StickyCookie.ValueOf("http://a:1")), 0));
        Assert.Null(_state.Choose(default));
    }

    [Fact]
    public void A_hit_allocates_nothing_nor_does_the_note_of_a_choice()
    {
        var selection = new ServerSelection(_state, null, new StickyServers(_cookie, _state, countsWeight: true), null, TimeProvider.System);
        var hit = With("x=1; ck=" + StickyCookie.ValueOf("http://a:1"), isWhole: true);
        var miss = With("x=1", isWhole: true);
        Assert.NotNull(selection.Choose(hit, default));
        Assert.NotNull(selection.Choose(miss, default));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            selection.Choose(hit, default);
            selection.Choose(miss, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static GatewayContext With(string cookie, bool isWhole = false)
    {
        var request = new TestRequest();
        request.Request.Headers.Cookie = isWhole ? cookie : "ck=" + cookie;
        return request.StartRouted();
    }
}
