using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

public sealed class DecoderTests
{
    private static readonly SourceLocation Here = new("here");

    [Fact]
    public void A_file_gives_lists_as_lists_or_as_one_text_with_commas()
    {
        var router = new ConfigObject(Here);
        router.Set("entryPoints", new ConfigSequence([new ConfigScalar("web", Here), new ConfigScalar("a,b", Here)], Here));
        router.Set("MIDDLEWARES", new ConfigScalar("x, y", Here));

        var decoded = Decode(HttpRouterConfig.Type, router, ConfigSource.File, out _);

        Assert.Equal(["web", "a,b"], decoded!.EntryPoints);
        Assert.Equal(["x", "y"], decoded.Middlewares);
    }

    [Fact]
    public void A_file_gives_servers_as_a_list_and_tags_as_one_server()
    {
        var server = new ConfigObject(Here);
        server.Set("url", new ConfigScalar("http://a", Here));
        var file = new ConfigObject(Here);
        file.Set("servers", new ConfigSequence([server, server], Here));

        Assert.Equal(2, Decode(LoadBalancerConfig.Type, file, ConfigSource.File, out _)!.Servers.Count);
        _ = Decode(LoadBalancerConfig.Type, file, ConfigSource.Tags, out var context);
        Assert.Equal("unknown option servers; did you mean 'server'?", Assert.Single(context.Problems).Message);
    }

    [Fact]
    public void Decoding_over_a_value_keeps_what_is_not_mentioned()
    {
        var node = new ConfigObject(Here);
        node.Set("dialTimeout", new ConfigScalar("5", Here));
        var current = new ForwardingTimeoutsConfig { PingTimeout = TimeSpan.FromSeconds(1) };

        var decoded = ForwardingTimeoutsConfig.Type.Decode(node, current, new(ConfigSource.Flags))!;

        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)), (decoded.DialTimeout, decoded.PingTimeout));
    }

    [Fact]
    public void An_unreadable_value_is_named_with_its_path_and_place()
    {
        var node = new ConfigObject(Here);
        node.Set("priority", new ConfigScalar("high", new("dyn.toml:3:7")));

        _ = Decode(HttpRouterConfig.Type, node, ConfigSource.File, out var context);

        Assert.Equal("priority: 'high' is not an integer [EG-CONFIG-VALUE] (dyn.toml:3:7)", Assert.Single(context.Problems).ToString());
    }

    [Theory]
    [InlineData("rulee", "rule")]
    [InlineData("entrypoint", "entryPoints")]
    [InlineData("sevice", "service")]
    [InlineData("tsl", "tls")]
    [InlineData("zzzzzz", null)]
    public void The_nearest_name_is_proposed(string wrong, string? right) =>
        Assert.Equal(right, DidYouMean.Find(wrong, HttpRouterConfig.Type.Names(ConfigSource.File)));

    [Theory]
    [InlineData("10", "10s")]
    [InlineData("1m30s", "1m30s")]
    [InlineData("1.5h", "1h30m0s")]
    [InlineData("-1", "-1s")]
    [InlineData(".5s", "500ms")]
    [InlineData("1h0.5ms", "1h0m0.0005s")]
    [InlineData("0", "0s")]
    [InlineData("7us", "7µs")]
    public void Durations_are_read_and_written_as_in_Go(string text, string written)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(written, GoDuration.Format(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1d")]
    [InlineData("10 s")]
    [InlineData("10S")]
    [InlineData(".s")]
    [InlineData("-")]
    [InlineData("9999999999999h")]
    [InlineData("99999999999999999999")]
    public void What_Go_refuses_is_no_duration(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Fact]
    public void Paths_are_resolved_to_their_types()
    {
        ConfigType? type = DynamicConfiguration.Type;
        foreach (var name in new[] { "HTTP", "routers", "any", "tls", "domains", "[0]", "sans" })
        {
            type = type!.FindChild(name, ConfigSource.Flags);
        }

        Assert.Equal(ConfigKind.List, type!.Kind);
    }

    private static T? Decode<T>(ConfigType<T> type, ConfigNode node, ConfigSource source, out DecodeContext context)
    {
        context = new(source);
        return type.Decode(node, context);
    }
}
