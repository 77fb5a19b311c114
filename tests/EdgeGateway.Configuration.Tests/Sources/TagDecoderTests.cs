using EdgeGateway.Configuration.Sources;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

public sealed class TagDecoderTests
{
    [Fact]
    public void A_typo_costs_its_router_and_names_the_field_that_was_meant()
    {
        var decoded = TagDecoder.Decode(
            ["traefik.http.routers.bad.rulee=Host(`a`)", "traefik.http.routers.good.rule=Host(`b`)", "traefik.http.middlewares.m.addprefix.prefix=/x"], "traefik",
            static key => new($"job web, tag {key}"));

        Assert.Equal(["good"], decoded.Configuration.Http.Routers.Keys);
        Assert.Equal(["m"], decoded.Configuration.Http.Middlewares.Keys);
        var problem = Assert.Single(decoded.Problems);
        Assert.Equal("EG-TAG-FIELD", problem.Code);
        Assert.Equal("job web, tag traefik.http.routers.bad.rulee", problem.Location.Text);
        Assert.Equal("unknown option http.routers.bad.rulee; did you mean 'rule'?", problem.Message);
        Assert.Equal(["http.routers.bad"], decoded.Dropped);
    }

    [Fact]
    public void A_stray_bracket_is_an_error_of_its_tag_and_no_panic()
    {
        var decoded = TagDecoder.Decode(["traefik.http.routers.r].rule=Path(`/`)", "traefik.http.routers.s.rule=Path(`/`)"], "traefik");

        Assert.Equal(["s"], decoded.Configuration.Http.Routers.Keys);
        Assert.Equal("EG-TAG-PATH", Assert.Single(decoded.Problems).Code);
        Assert.True(decoded.HasDropped("http.routers"));
        Assert.False(decoded.HasDropped("http.services"));
    }

    [Fact]
    public void A_broken_path_inside_an_element_costs_the_element()
    {
        var decoded = TagDecoder.Decode(["traefik.http.routers.r..rule=x", "traefik.http.routers.r.rule=Path(`/`)", "traefik.http.routers.s.rule=Path(`/`)"], "traefik");

        Assert.Equal(["s"], decoded.Configuration.Http.Routers.Keys);
    }

    [Fact]
    public void A_key_of_a_hundred_thousand_parts_is_an_error_and_no_overflow()
    {
        var decoded = TagDecoder.Decode(["traefik.http.middlewares.m.plugin.p" + string.Concat(Enumerable.Repeat(".a", 100_000)) + "=x"], "traefik");

        Assert.Equal("EG-TAG-PATH", Assert.Single(decoded.Problems).Code);
        Assert.Equal(["http.middlewares.m"], decoded.Dropped);
    }

    [Theory]
    [InlineData("traefik.http.routers.r.entrypoints[0]=web")]
    [InlineData("traefik.http.routers.r.parentrefs=a@file")]
    [InlineData("traefik.http.routers.r.tls.domains.main=x")]
    public void What_Traefik_ignores_in_silence_gets_a_warning(string tag)
    {
        var decoded = TagDecoder.Decode([tag, "traefik.http.routers.r.rule=Path(`/`)"], "traefik");

        Assert.Equal(ProblemSeverity.Warning, Assert.Single(decoded.Problems).Severity);
        Assert.Equal(["r"], decoded.Configuration.Http.Routers.Keys);
    }

    [Fact]
    public void Tags_with_our_prefix_win_on_the_same_key()
    {
        var decoded = TagDecoder.Decode(
            ["edge.http.routers.r.rule=Host(`edge`)", "traefik.http.routers.r.rule=Host(`traefik`)", "traefik.http.routers.r.priority=7", "edge.enable=false", "traefik.enable=true"], "traefik");

        Assert.Equal(("Host(`edge`)", 7L), (decoded.Configuration.Http.Routers["r"].Rule, decoded.Configuration.Http.Routers["r"].Priority));
        Assert.Equal("false", decoded.Labels["traefik.enable"]);
    }

    [Property(MaxTest = 2000)]
    public void Any_tags_decode_without_an_exception(NonNull<string>[] parts)
    {
        string[] pieces = ["traefik", ".", "http", ".", "routers", ".", "r", "[0]", "]", "[", "=", "true", "tls", ".domains", ".services.s.loadbalancer.server", "..", .. parts.Select(static p => p.Get)];
        var random = new System.Random(parts.Sum(static p => p.Get.Length) + parts.Length);
        var tags = Enumerable.Range(0, 6).Select(_ => "traefik.http." + string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)])) + "=" + pieces[random.Next(pieces.Length)]).ToArray();

        var first = TagDecoder.Decode(tags, "traefik");

        Assert.Equal(first.Configuration, TagDecoder.Decode(tags, "traefik").Configuration);
    }

    [Property(MaxTest = 2000)]
    public void Any_text_is_a_duration_or_is_not(NonNull<string> text, long ticks)
    {
        _ = GoDuration.TryParse(text.Get, out _);

        // Durations that 64-bit nanoseconds can hold come back as they were.
        var value = TimeSpan.FromTicks(ticks % (long.MaxValue / 100));
        Assert.True(GoDuration.TryParse(GoDuration.Format(value), out var again), GoDuration.Format(value));
        Assert.Equal(value, again);
    }
}
