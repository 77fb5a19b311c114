using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Health;

public sealed class HealthCheckTargetTests
{
    public static TheoryData<ConformanceCase> Requests => ConformanceCase.All("healthCheck.json", "request");

    public static TheoryData<ConformanceCase> Durations => ConformanceCase.All("healthCheck.json", "durations");

    [Fact]
    public void Every_suite_of_the_corpus_is_run() => Assert.Equal(["durations", "request"], ConformanceCase.Suites("healthCheck.json").Order());

    [Theory]
    [MemberData(nameof(Requests))]
    public void The_request_of_a_check_is_traefiks(ConformanceCase @case)
    {
        var config = Config(@case);

        var made = HealthCheckTarget.TryCreate(Make(@case.Text("serverUrl")), config, new ServerAddresses(), out var target);

        Assert.Equal(!@case.Flag("expect", "error"), made);
        Assert.Equal(made, HealthCheckTarget.FaultOf(config) is null);
        if (target is not null)
        {
            Assert.Equal(@case.Text("expect", "url"), target.Url);
            Assert.Equal(@case.Text("expect", "host"), target.Host);
            Assert.Equal(@case.Text("expect", "method"), string.IsNullOrEmpty(config.Method) ? "GET" : config.Method);
            Assert.Equal(@case.Text("expect", "customHeader"), config.Headers.GetValueOrDefault("Custom-Header") ?? "");
        }
    }

    [Theory]
    [MemberData(nameof(Durations))]
    public void Times_are_traefiks(ConformanceCase @case)
    {
        var times = HealthCheckTimes.Of(Config(@case));

        Assert.Equal(@case.Text("expect", "interval"), $"{times.Interval.TotalSeconds}s");
        Assert.Equal(@case.Text("expect", "timeout"), $"{times.Timeout.TotalSeconds}s");
        Assert.Equal(times.Interval, times.UnhealthyInterval);
    }

    [Theory]
    [InlineData("http://h:1/base/", "live", "http://h:1/base/live")]
    [InlineData("http://h:1/base", "/live%2Fx?a=%20b", "http://h:1/live%2Fx?a=%20b")]
    [InlineData("http://h:1", "", "http://h:1/")]
    [InlineData("http://[::1]:1", "/x#frag", "http://[::1]:1/x")]
    public void A_path_is_resolved_against_the_servers_url(string server, string path, string url)
    {
        Assert.True(HealthCheckTarget.TryCreate(Make(server), new() { Path = path }, new ServerAddresses(), out var target));
        Assert.Equal(url, target.Url);
    }

    [Theory]
    [InlineData("http", "http://h:1", "h2c")]
    [InlineData(null, "https://h:1", "h2c")]
    [InlineData("https", "http://h:1", "https")]
    public void Grpc_is_spoken_in_clear_unless_the_check_says_https(string? scheme, string server, string expected)
    {
        Assert.True(HealthCheckTarget.TryCreate(Make(server), new() { Mode = "grpc", Scheme = scheme }, new ServerAddresses(), out var target));
        Assert.Equal($"{expected}://h:1/grpc.health.v1.Health/Check", target.Url);
    }

    [Theory]
    [InlineData("//other/x")]
    [InlineData("a:b")]
    [InlineData("/a\nb")]
    public void Other_paths_are_refused(string path) => Assert.Contains("is not a path", HealthCheckTarget.FaultOf(new() { Path = path }), StringComparison.Ordinal);

    [Fact]
    public void Schemes_and_ports_that_cannot_be_are_refused()
    {
        Assert.Contains("ftp", HealthCheckTarget.FaultOf(new() { Scheme = "ftp" }), StringComparison.Ordinal);
        Assert.Contains("70000", HealthCheckTarget.FaultOf(new() { Port = 70000 }), StringComparison.Ordinal);
    }

    private static HealthCheckConfig Config(ConformanceCase @case)
    {
        var json = @case["config"];
        var config = new HealthCheckConfig();
        foreach (var property in json.EnumerateObject())
        {
            config = property.Name switch
            {
                "path" => config with { Path = property.Value.GetString() },
                "port" => config with { Port = property.Value.GetInt64() },
                "scheme" => config with { Scheme = property.Value.GetString() },
                "method" => config with { Method = property.Value.GetString() },
                "hostname" => config with { Hostname = property.Value.GetString() },
                "interval" => config with { Interval = Seconds(property.Value.GetString()!) },
                "timeout" => config with { Timeout = Seconds(property.Value.GetString()!) },
                "headers" => config with { Headers = property.Value.EnumerateObject().Select(static h => KeyValuePair.Create(h.Name, h.Value.GetString()!)).ToConfigMap() },
                _ => throw new InvalidOperationException(property.Name),
            };
        }

        return config;
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s')));

    private static Server Make(string url) =>
        Server.TryCreate(new ServerConfig { Url = url }, new ServerAddresses(), out var server, out var error) ? server : throw new InvalidOperationException(error);
}
