using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class InFlightReqWrapperTests
{
    private readonly MiddlewareStates _states = new();

    [Fact]
    public async Task Requests_over_the_limit_are_refused_until_one_ends()
    {
        var middleware = Build(1);
        var hold = new TaskCompletionSource();
        var first = new TestRequest { Service = { Until = () => hold.Task } };
        var running = first.RunAsync(middleware);

        var second = await new TestRequest().RunAsync(middleware);
        var otherHost = await new TestRequest(host: "b.test").RunAsync(middleware);
        hold.SetResult();
        await running;
        var third = await new TestRequest().RunAsync(middleware);

        Assert.Equal((429, "max connections reached: 1", 0), (second.Status, second.Body, second.Service.Calls));
        Assert.Equal((200, 200, 200), (first.Status, otherHost.Status, third.Status));
    }

    [Fact]
    public async Task Zero_refuses_everything() => Assert.Equal(429, (await new TestRequest().RunAsync(Build(0))).Status);

    [Fact]
    public async Task Counters_outlive_a_reload_that_changes_nothing()
    {
        var hold = new TaskCompletionSource();
        var first = new TestRequest { Service = { Until = () => hold.Task } };
        var running = first.RunAsync(Build(1));

        var afterReload = await new TestRequest().RunAsync(Build(1));
        var otherConfig = await new TestRequest().RunAsync(Build(2));
        var otherRouter = await new TestRequest().RunAsync(Build(1, "other@test"));
        hold.SetResult();
        await running;

        Assert.Equal((429, 200, 200), (afterReload.Status, otherConfig.Status, otherRouter.Status));
    }

    [Fact]
    public async Task A_request_that_fails_is_counted_out()
    {
        var middleware = Build(1);
        var failing = new TestRequest { Service = { Until = static () => throw new InvalidOperationException() } };

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.RunAsync(middleware));

        Assert.Equal(200, (await new TestRequest().RunAsync(middleware)).Status);
    }

    [Theory]
    [InlineData("X-Key", "k", "j")]
    public async Task Sources_can_be_told_by_a_header(string header, string one, string other)
    {
        var middleware = Build(1, source: new() { RequestHeaderName = header });
        var hold = new TaskCompletionSource();
        var first = new TestRequest { Service = { Until = () => hold.Task } };
        first.Request.Headers[header] = one;
        var running = first.RunAsync(middleware);
        var same = new TestRequest();
        same.Request.Headers[header] = one;
        var different = new TestRequest();
        different.Request.Headers[header] = other;

        await same.RunAsync(middleware);
        await different.RunAsync(middleware);
        hold.SetResult();
        await running;

        Assert.Equal((429, 200), (same.Status, different.Status));
    }

    private MiddlewareModel Build(long amount, string router = "r@test", SourceCriterionConfig? source = null)
    {
        var config = new MiddlewareConfig { InFlightReq = new() { Amount = amount, SourceCriterion = source } };
        return new MiddlewareFactory(_states).TryCreate("m@test", config, router, out var model, out var error)
            ? model
            : throw new InvalidOperationException(error);
    }
}
