using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.CircuitBreaker;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.CircuitBreaker;

public sealed class CircuitBreakerTests
{
    private readonly SteppedTime _time = new();

    [Theory]
    [InlineData("NetworkErrorRatio() > 0.30", 10, 4, 0, true)]
    [InlineData("NetworkErrorRatio() > 0.30", 10, 3, 0, false)]
    [InlineData("NetworkErrorRatio()>=0.30", 10, 3, 0, true)]
    [InlineData("ResponseCodeRatio(500, 600, 0, 600) > 0.25", 10, 0, 3, true)]
    [InlineData("ResponseCodeRatio(500, 600, 600, 700) > 0.25", 10, 0, 3, false)]
    [InlineData("LatencyAtQuantileMS(50.0) > 100", 10, 0, 0, false)]
    [InlineData("LatencyAtQuantileMS(50.0) <= 100", 10, 0, 0, true)]
    [InlineData("NetworkErrorRatio() > 0.9 || ResponseCodeRatio(500, 600, 0, 600) == 0.3 && LatencyAtQuantileMS(99.9) != 5", 10, 0, 3, true)]
    [InlineData("(NetworkErrorRatio() > 0.9 || ResponseCodeRatio(500, 600, 0, 600) < 1.0) && LatencyAtQuantileMS(99.9) < 5", 10, 0, 3, false)]
    public void Expressions_are_read_as_traefik_reads_them(string text, int total, int network, int others, bool holds)
    {
        Assert.True(CircuitExpression.TryParse(text, out var expression, out var error), error);
        var figures = new CircuitFigures(_time, withLatency: true);
        for (var i = 0; i < total; i++)
        {
            figures.Add(i < network ? (i % 2 == 0 ? 502 : 504) : i < network + others ? 500 : 200, TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(holds, expression.Holds(figures));
    }

    [Theory]
    [InlineData("", "column 1: expected NetworkErrorRatio()")]
    [InlineData("NetworkErrorRatio() > 1", "column 23: expected a number with a point")]
    [InlineData("LatencyAtQuantileMS(50) > 100", "column 21: expected a number with a point")]
    [InlineData("LatencyAtQuantileMS(50.0) > 100.0", "column 29: expected a whole number")]
    [InlineData("ResponseCodeRatio(500, 600) > 0.5", "column 27: expected ,")]
    [InlineData("!(NetworkErrorRatio() > 0.5)", "column 1: expected NetworkErrorRatio()")]
    [InlineData("NetworkErrorRatio() > 0.5 foo", "column 27: expected && or ||")]
    [InlineData("(NetworkErrorRatio() > 0.5", "column 27: expected )")]
    [InlineData("networkErrorRatio() > 0.5", "column 1: expected NetworkErrorRatio()")]
    public void Other_expressions_are_an_error_that_names_the_place(string text, string error)
    {
        Assert.False(CircuitExpression.TryParse(text, out _, out var said));
        Assert.StartsWith($"error while parsing expression {text}: {error}", said, StringComparison.Ordinal);
    }

    [Property(MaxTest = 2000)]
    public bool No_text_does_harm(string? text) => CircuitExpression.TryParse(text ?? "", out _, out var error) || error is not null;

    [Fact]
    public void Deep_nesting_is_an_error() => Assert.False(CircuitExpression.TryParse(new string('(', 100_000), out _, out _));

    [Fact]
    public void Figures_forget_what_is_too_old()
    {
        var figures = new CircuitFigures(_time, withLatency: true);
        figures.Add(502, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(9));
        figures.Add(200, TimeSpan.FromMilliseconds(1));
        Assert.Equal(0.5, figures.NetworkErrorRatio);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, figures.NetworkErrorRatio);
        Assert.InRange(figures.LatencyAtQuantile(100), 990, 1010);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, figures.LatencyAtQuantile(100));
        _time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(0, figures.ResponseCodeRatio(0, 600, 0, 600));
    }

    [Property(MaxTest = 300)]
    public bool Latencies_are_right_to_one_percent(uint microseconds)
    {
        var histogram = new LatencyHistogram();
        var latency = TimeSpan.FromMicroseconds(microseconds % 3_000_000_000);
        histogram.Add(latency);
        var told = LatencyHistogram.AtQuantile([histogram], 50);
        return Math.Abs(told - latency.TotalMilliseconds) <= (latency.TotalMilliseconds * 0.01) + 1;
    }

    [Fact]
    public void Quantiles_count_what_lies_below()
    {
        var (one, two) = (new LatencyHistogram(), new LatencyHistogram());
        for (var i = 1; i <= 100; i++)
        {
            (i % 2 == 0 ? one : two).Add(TimeSpan.FromMilliseconds(i));
        }

        Assert.InRange(LatencyHistogram.AtQuantile([one, two], 50.0), 49, 51);
        Assert.InRange(LatencyHistogram.AtQuantile([one, two], 95.0), 94, 96);
        Assert.InRange(LatencyHistogram.AtQuantile([one, two], 100.0), 99, 101);
    }

    [Fact]
    public void It_opens_for_the_fallback_time_lets_ever_more_through_and_closes()
    {
        var state = State(new() { Expression = "NetworkErrorRatio() > 0.5" });
        Assert.True(state.Allows());
        Assert.False(state.Note(200, default));
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.False(state.Note(502, default)); // not looked at before 100 ms are over
        Assert.False(state.Note(502, default));
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Assert.True(state.Note(502, default));

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(state.Allows());
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(0, Passing(state, 100)); // recovering, at its very begin
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.InRange(Passing(state, 300), 60, 110); // a quarter of all so far
        _time.Advance(TimeSpan.FromSeconds(4.8));
        Assert.InRange(Passing(state, 1000), 400, 700);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Passing(state, 100));
    }

    [Fact]
    public void It_opens_again_while_it_recovers()
    {
        var state = State(new() { Expression = "NetworkErrorRatio() > 0.5", CheckPeriod = TimeSpan.Zero });
        Assert.True(state.Note(502, default));
        _time.Advance(TimeSpan.FromSeconds(10));
        state.Allows();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.NotEqual(0, Passing(state, 100));
        Assert.True(state.Note(504, default));
        Assert.Equal(0, Passing(state, 100));
    }

    [Fact]
    public async Task Requests_are_answered_by_the_breaker_while_it_is_open_and_a_reload_does_not_close_it()
    {
        await using var server = ScriptedServer.Start(static async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync("HTTP/1.1 500 X\r\nContent-Length: 1\r\n\r\ne");
            }
        });
        await using var gateway = await CompiledGateway.StartAsync();
        Publish(418);
        Assert.Equal(("500", "e"), await gateway.GetAsync("s"));
        Assert.Equal(("418", "I'm a teapot"), await gateway.GetAsync("s"));

        gateway.Publish(Configuration(server.Url, 418, passHost: false));
        Assert.Equal(("418", "I'm a teapot"), await gateway.GetAsync("s"));
        Assert.Single(server.Heads);

        Publish(503); // another breaker
        Assert.Equal(("500", "e"), await gateway.GetAsync("s"));

        void Publish(int status) => gateway.Publish(Configuration(server.Url, status));
    }

    private static HttpConfiguration Configuration(string url, int status, bool passHost = true) => new()
    {
        Routers = new Dictionary<string, HttpRouterConfig> { ["s"] = new() { Rule = "Host(`s.test`)", Service = "s", Middlewares = ["cb"] } }.ToConfigMap(),
        Middlewares = new Dictionary<string, MiddlewareConfig>
        {
            ["cb"] = new() { CircuitBreaker = new() { Expression = "ResponseCodeRatio(500, 600, 0, 600) > 0.5", ResponseCode = status } },
        }.ToConfigMap(),
        Services = new Dictionary<string, HttpServiceConfig> { ["s"] = new() { LoadBalancer = new() { Servers = [new() { Url = url }], PassHostHeader = passHost } } }.ToConfigMap(),
    };

    private static int Passing(CircuitState state, int requests) => Enumerable.Range(0, requests).Count(_ => state.Allows());

    private CircuitState State(CircuitBreakerConfig config)
    {
        Assert.True(CircuitExpression.TryParse(config.Expression!, out var expression, out _));
        return new(config, expression, _time);
    }
}
