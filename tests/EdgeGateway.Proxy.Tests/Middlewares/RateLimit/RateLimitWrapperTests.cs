using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Middlewares.RateLimit;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.RateLimit;

public sealed class RateLimitWrapperTests
{
    private readonly HandClock _clock = new();
    private readonly List<MiddlewareModel> _kept = [];

    public static TheoryData<ConformanceCase> Configs => ConformanceCase.All("rateLimit.json", "config");

    public static TheoryData<ConformanceCase> Loads => ConformanceCase.All("rateLimit.json", "load");

    public static TheoryData<ConformanceCase> Traces => ConformanceCase.All("rateLimitTrace.json");

    [Theory]
    [MemberData(nameof(Configs))]
    public async Task Settings_mean_what_the_corpus_says(ConformanceCase test)
    {
        var config = Config(test);
        if (test.Has("config", "redis"))
        {
            // A row in docs/compatibility.md.
            Assert.StartsWith("rateLimit.redis", MiddlewareFactoryTests.ErrorOf(new() { RateLimit = config }), StringComparison.Ordinal);
            return;
        }

        if (test.Has("expect", "configErrorMessage"))
        {
            Assert.Equal(test.Text("expect", "configErrorMessage"), MiddlewareFactoryTests.ErrorOf(new() { RateLimit = config }));
            return;
        }

        if (test.Has("expect", "maxDelay"))
        {
            Assert.Equal(Duration(test.Text("expect", "maxDelay")), new RateLimitState(config.Average / config.Period.TotalSeconds, config.Burst, _clock).MaxDelay);
        }

        if (test.Has("expect", "rate"))
        {
            Assert.Equal(100, await PassedAsync(config, 100, _ => { }));
        }

        if (test.Flag("expect", "sourceIsRemoteIp"))
        {
            var n = 0;
            Assert.Equal(10, await PassedAsync(config, 20, request => request.Request.Headers["X-Forwarded-For"] = $"10.0.0.{n++}"));
            Assert.Equal(20, await PassedAsync(config, 20, request => request.Connection = TestRequest.Peer($"10.0.0.{n++ % 2}", 1)));
        }

        if (test.Has("expect", "sourceIsHeaderValue"))
        {
            var n = 0;
            Assert.Equal(20, await PassedAsync(config, 20, request => request.Request.Headers["Foo"] = (n++ % 2) == 0 ? "bar" : "foo"));
        }
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void As_many_requests_pass_as_in_the_corpus(ConformanceCase test)
    {
        var config = Config(test);
        var state = new RateLimitState(config.Average / config.Period.TotalSeconds, Math.Max(1, config.Burst), _clock);
        var duration = Duration(test.Text("loadDuration"));
        var passed = 0;
        for (var i = 0; test.Has("burst") && i < test["burst"].GetInt32(); i++)
        {
            passed += state.Take("a") <= state.MaxDelay ? 1 : 0;
        }

        var step = TimeSpan.FromSeconds(1.0 / test["incomingLoad"].GetInt32());
        for (var at = step; at <= duration; at += step)
        {
            _clock.Now += step;
            passed += state.Take("a") <= state.MaxDelay ? 1 : 0;
        }

        var wanted = (config.Average * duration / config.Period) + Math.Max(config.Burst, 1);
        var sent = (duration.TotalSeconds * test["incomingLoad"].GetInt32()) + (test.Has("burst") ? test["burst"].GetInt32() : 0);
        Assert.InRange(passed, Math.Min(wanted, sent) * 0.95, (wanted * 1.02) + 1);
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Each_request_waits_or_is_refused_as_in_the_trace(ConformanceCase test)
    {
        var config = Config(test);
        var state = new RateLimitState(config.Average / config.Period.TotalSeconds, config.Burst, _clock);
        Assert.Equal(test["maxDelayMs"].GetDouble(), state.MaxDelay.TotalMilliseconds, 3);
        var start = _clock.Now;
        foreach (var step in test["expect", "events"].EnumerateArray())
        {
            _clock.Now = start + TimeSpan.FromMilliseconds(step.GetProperty("atMs").GetDouble());
            var wait = state.Take("a");
            if (step.GetProperty("status").GetInt32() == 200)
            {
                Assert.Equal(step.GetProperty("delayMs").GetDouble(), wait.TotalMilliseconds, 3);
                Assert.True(wait <= state.MaxDelay);
            }
            else
            {
                Assert.Equal(step.GetProperty("retryInMs").GetDouble(), wait.TotalMilliseconds, 3);
                Assert.True(wait > state.MaxDelay);
            }
        }
    }

    [Fact]
    public async Task A_request_that_comes_a_little_early_is_held_back_and_one_much_too_early_is_told_when_to_come()
    {
        var wrapper = Build(new() { Average = 10 });
        Assert.Equal(200, (await new TestRequest().RunAsync(wrapper)).Status);
        _clock.Now += TimeSpan.FromMilliseconds(10.5);
        var early = await new TestRequest().RunAsync(wrapper);
        _clock.Now += TimeSpan.FromMilliseconds(60);
        var held = new TestRequest();
        var running = held.RunAsync(wrapper);
        Assert.Equal((0, 29), (held.Service.Calls, _clock.Delays.Single().TotalMilliseconds));
        _clock.Fire();
        await running;

        Assert.Equal((429, "Too Many Requests", "1", "89.5ms", 0), (
            early.Status, early.Body, early.Response.Headers.RetryAfter.ToString(), early.Response.Headers["X-Retry-In"].ToString(), early.Service.Calls));
        Assert.Equal((200, 1), (held.Status, held.Service.Calls));
    }

    [Fact]
    public async Task Buckets_outlive_a_reload_that_changes_nothing()
    {
        var states = new MiddlewareStates();
        RateLimitConfig config = new() { Average = 1, Period = TimeSpan.FromHours(1) };

        Assert.Equal(200, (await new TestRequest().RunAsync(Build(config, states))).Status);
        Assert.Equal(429, (await new TestRequest().RunAsync(Build(config, states))).Status);
        Assert.Equal(200, (await new TestRequest().RunAsync(Build(config with { Burst = 2 }, states))).Status);
    }

    [Fact]
    public void Sources_are_bounded_and_the_silent_ones_go_first()
    {
        var state = new RateLimitState(0.001, 1, _clock, most: 1000);
        Assert.Equal(TimeSpan.Zero, state.Take("busy"));
        for (var i = 0; i < 5000; i++)
        {
            _clock.Now += TimeSpan.FromMilliseconds(1);
            state.Take($"{i}");
            Assert.True(state.Take("busy") > state.MaxDelay);
        }

        Assert.InRange(state.Count, 875, 1000);
    }

    [Fact]
    public void Bad_settings_are_named()
    {
        Assert.Equal("negative value not valid for period: -1s", MiddlewareFactoryTests.ErrorOf(new() { RateLimit = new() { Average = 1, Period = TimeSpan.FromSeconds(-1) } }));
        Assert.Contains("average", MiddlewareFactoryTests.ErrorOf(new() { RateLimit = new() { Average = -1 } }), StringComparison.Ordinal);
    }

    private MiddlewareModel Build(RateLimitConfig config, MiddlewareStates? states = null)
    {
        var factory = new MiddlewareFactory(states ?? new(), _clock);
        Assert.True(factory.TryCreate("m@test", new() { RateLimit = config }, "r@test", out var model, out var error), error);
        _kept.Add(model); // as the snapshot in force does
        return model;
    }

    private async Task<int> PassedAsync(RateLimitConfig config, int requests, Action<TestRequest> edit)
    {
        var wrapper = Build(config);
        var passed = 0;
        for (var i = 0; i < requests; i++)
        {
            var request = new TestRequest();
            edit(request);
            passed += (await request.RunAsync(wrapper)).Status == 200 ? 1 : 0;
        }

        return passed;
    }

    private static RateLimitConfig Config(ConformanceCase test) => new()
    {
        Average = test["config", "average"].GetInt64(),
        Burst = test.Has("config", "burst") ? test["config", "burst"].GetInt64() : 1,
        Period = test.Has("config", "period") ? Duration(test.Text("config", "period")) : TimeSpan.FromSeconds(1),
        SourceCriterion = test.Has("config", "sourceCriterion")
            ? new()
            {
                RequestHeaderName = test.Text("config", "sourceCriterion", "requestHeaderName"),
                IpStrategy = test.Has("config", "sourceCriterion", "ipStrategy") ? new() : null,
            }
            : null,
        Redis = test.Has("config", "redis") ? new() : null,
    };

    private static TimeSpan Duration(string text) => text.EndsWith("us", StringComparison.Ordinal)
        ? TimeSpan.FromMicroseconds(double.Parse(text[..^2], CultureInfo.InvariantCulture))
        : GoDuration.TryParse(text, out var value) ? value : throw new FormatException(text);

    // Moved by hand; delays are noted and end when the test says so.
    private sealed class HandClock : TimeProvider
    {
        private readonly List<Action> _due = [];

        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public List<TimeSpan> Delays { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Delays.Add(dueTime);
            _due.Add(() => callback(state));
            return new Timer();
        }

        public void Fire() => _due.ForEach(static due => due());

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
