using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

public sealed class FlagSourceTests
{
    private static readonly OptionLookup Lookup = new(StaticConfiguration.Type, ConfigSource.Flags);

    private static (string Key, string Value)[] Read(params string[] arguments) =>
        [.. FlagSource.Read(arguments, Lookup).Select(static e => (e.Key, e.Value))];

    private static ConfigurationProblem Fault(params string[] arguments) =>
        Assert.Throws<ConfigurationException>(() => Read(arguments)).Problem;

    [Theory]
    [InlineData("--api.insecure=true")]
    [InlineData("-api.insecure=true")]
    [InlineData("--api.insecure")]
    [InlineData("-api.insecure")]
    public void One_dash_and_two_and_a_boolean_without_value_are_the_same(string argument) =>
        Assert.Equal([("api.insecure", "true")], Read(argument));

    [Fact]
    public void A_section_that_may_stand_alone_takes_no_value_from_the_next_argument() =>
        Assert.Equal([("log.level", "DEBUG"), ("ping", "true")], Read("--ping", "--log.level", "DEBUG"));

    [Fact]
    public void A_value_is_everything_behind_the_first_equals_sign() =>
        Assert.Equal([("providers.nomad.constraints", "Tag(`a=b`)")], Read("--providers.nomad.constraints=Tag(`a=b`)"));

    [Fact]
    public void The_next_argument_is_the_value_even_if_it_begins_with_dashes() =>
        Assert.Equal([("log.filePath", "--x")], Read("--log.filePath", "--x"));

    [Fact]
    public void Of_a_scalar_given_twice_in_any_case_the_last_one_counts() =>
        Assert.Equal([("LOG.level", "INFO")], Read("--log.level=DEBUG", "--LOG.level=INFO"));

    [Fact]
    public void A_list_given_twice_is_joined() =>
        Assert.Equal(
            [("entrypoints.web.http.middlewares", "a,b,c")],
            Read("--entrypoints.web.http.middlewares=a,b", "--entrypoints.web.http.middlewares=c"));

    [Fact]
    public void The_spelling_that_sorts_first_names_the_entry_point()
    {
        var loaded = StaticLoader.Load(["--entrypoints.web.address=:1", "--entrypoints.Web.asDefault"], new Dictionary<string, string>());
        Assert.Equal(["Web"], loaded.EntryPoints.Keys);
        Assert.Equal(":1", loaded.EntryPoints["Web"].Address);
        Assert.True(loaded.EntryPoints["Web"].AsDefault);
    }

    [Fact]
    public void Options_ignore_case_and_names_keep_theirs()
    {
        var loaded = StaticLoader.Load(["--ENTRYPOINTS.webSecure.ADDRESS=:1"], new Dictionary<string, string>());
        Assert.Equal(["webSecure"], loaded.EntryPoints.Keys);
    }

    [Theory]
    [InlineData("stray")]
    [InlineData("-")]
    [InlineData("--")]
    [InlineData("@flags.txt")]
    [InlineData("")]
    public void A_stray_argument_is_an_error_and_never_the_end_of_the_flags(string argument) =>
        Assert.Equal("EG-CONFIG-FLAG", Fault("--api", argument, "--log.level=DEBUG").Code);

    [Theory]
    [InlineData("---x")]
    [InlineData("--=x")]
    [InlineData("-=x")]
    public void A_flag_without_a_name_is_bad_syntax(string argument) => Assert.Contains("bad flag syntax", Fault(argument).Message);

    [Fact]
    public void A_missing_value_is_an_error() => Assert.Contains("flag needs an argument: -log.level", Fault("--log.level").Message);

    [Theory]
    [InlineData("--providers.nomad.endpoint.token=s3cret")]
    [InlineData("--providers.nomad.endpoint.tokn=s3cret")]
    [InlineData("--providers.nomad.endpoint.tls.key=s3cret")]
    public void A_secret_is_not_shown(string argument) =>
        Assert.DoesNotContain("s3cret", FlagSource.Read([argument], Lookup)[0].Location.Text);

    [Property(MaxTest = 500)]
    public bool Any_arguments_are_read_or_refused_with_a_problem(string[] arguments)
    {
        try
        {
            StaticLoader.Read([.. arguments.Select(static a => a ?? "")], new Dictionary<string, string>(), static _ => false, static _ => []);
        }
        catch (ConfigurationException)
        {
            // The only exception that may come out.
        }

        return true;
    }

    [Property(MaxTest = 500)]
    public Property Any_flag_like_arguments_are_read_or_refused_with_a_problem()
    {
        var part = Gen.Elements("entrypoints", "web", "http", "tls", "domains[0]", "domains[", "main", "api", "insecure", "", "[1]", "x]", "providers", "nomad", "log");
        var name = part.ListOf().Select(static parts => string.Join('.', parts));
        var flag = from dashes in Gen.Elements("-", "--", "---", "") from n in name from v in Gen.Elements("", "=", "=true", "=1", "=a,b") select dashes + n + v;
        return Prop.ForAll(flag.ArrayOf().ToArbitrary(), Any_arguments_are_read_or_refused_with_a_problem);
    }

    [Property]
    public Property What_is_written_with_an_equals_sign_comes_back_in_any_order()
    {
        var names = Gen.Elements("log.level", "log.format", "log.filePath", "api.basePath", "ping.entryPoint");
        var pairs = (from n in names from v in ArbMap.Default.GeneratorFor<NonNull<string>>() select (n, v.Get)).ArrayOf();
        return Prop.ForAll(pairs.ToArbitrary(), given =>
        {
            var expected = given.GroupBy(static p => p.n, StringComparer.OrdinalIgnoreCase)
                .Select(static g => (g.Key, g.Last().Get)).OrderBy(static p => p.Key, StringComparer.Ordinal);
            return expected.SequenceEqual(Read([.. given.Select(static p => $"--{p.n}={p.Get}")]));
        });
    }
}
