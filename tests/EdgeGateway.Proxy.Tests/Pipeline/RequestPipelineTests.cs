using EdgeGateway.Proxy.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

public sealed class RequestPipelineTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task Requests_go_in_and_heads_come_out_in_reverse_through_filters_and_wrappers()
    {
        await new TestRequest().RunAsync(new Filter("a", _log), new Filter("b", _log), new Wrapper("w", _log), new Filter("c", _log));

        Assert.Equal(["a in", "b in", "w in", "c in", "c out a-state:c", "b out a-state:b", "a out a-state:a", "w out"], _log);
    }

    [Fact]
    public async Task An_answer_of_a_filter_passes_the_filters_in_front_of_it_only()
    {
        var request = await new TestRequest().RunAsync(new Filter("a", _log), new Filter("stop", _log, 403), new Filter("c", _log));

        Assert.Equal(["a in", "stop in", "a out a-state:a"], _log);
        Assert.Equal((403, "Stopped\n", 0), (request.Status, request.Body, request.Service.Calls));
    }

    [Fact]
    public async Task A_wrapper_can_run_the_rest_again_as_if_it_never_ran()
    {
        var request = await new TestRequest("/x").RunAsync(new Filter("a", _log), new Twice(), new Filter("c", _log));

        Assert.Equal(2, request.Service.Calls);
        Assert.Equal("/c/x", request.Service.Target);
        Assert.Equal(1, _log.Count(static line => line.StartsWith("a out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_context_carries_nothing_over_to_its_next_request()
    {
        var request = await new TestRequest("/x?y").RunAsync(new Filter("a", _log));
        request.Context.Reset();

        Assert.Null(request.Context.Router);
        Assert.Equal(("", default, ""), (request.Context.RawTarget, request.Context.Target, request.Context.Upstream.Host));
        _log.Clear();
        request.Context.RunResponseFilters();
        Assert.Empty(_log);
    }

    [Fact]
    public async Task Filters_in_a_row_allocate_nothing()
    {
        var quiet = new Quiet("q");
        var pipeline = RequestPipeline.Build([quiet, quiet, quiet], new Silent());
        var context = new TestRequest("/a/b?c").StartRouted();
        await pipeline.InvokeAsync(context);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            await pipeline.InvokeAsync(context);
        }

        // The smallest object has 24 bytes; the run time itself may allocate a few times on this thread.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    private sealed class Silent() : EdgeGateway.Proxy.Services.HttpServiceModel("silent@test")
    {
        public override ValueTask HandleAsync(GatewayContext context)
        {
            context.RunResponseFilters();
            return default;
        }
    }

    private sealed class Quiet(string name) : RequestFilter(name, actsOnResponse: true)
    {
        public override bool OnRequest(GatewayContext context) => true;
    }

    private sealed class Filter(string name, List<string> log, int answer = 0) : RequestFilter(name, actsOnResponse: true)
    {
        public override bool OnRequest(GatewayContext context)
        {
            log.Add($"{Name} in");
            context.FilterState = Name;
            context.Target = context.Target.WithPath($"/{Name}{context.OriginalTarget.EscapedPath}");
            if (answer > 0)
            {
                context.SetAnswer(answer, "Stopped", plain: true);
            }

            return answer == 0;
        }

        public override void OnResponse(GatewayContext context) => log.Add($"{Name} out a-state:{context.FilterState}");
    }

    private sealed class Wrapper(string name, List<string> log) : RequestWrapper(name)
    {
        public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
        {
            log.Add($"{Name} in");
            await next(context);
            log.Add($"{Name} out");
        }
    }

    private sealed class Twice() : RequestWrapper("twice")
    {
        public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
        {
            var mark = context.Mark();
            await next(context);
            context.ReturnTo(mark);
            await next(context);
        }
    }
}
