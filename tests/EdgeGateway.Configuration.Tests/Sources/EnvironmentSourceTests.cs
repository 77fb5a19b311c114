using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

public sealed class EnvironmentSourceTests
{
    private static StaticConfiguration Load(params (string Name, string Value)[] variables) =>
        StaticLoader.Load([], variables.ToDictionary(static v => v.Name, static v => v.Value));

    [Fact]
    public void Underscores_are_dots_and_names_are_lower_case()
    {
        var loaded = Load(("TRAEFIK_ENTRYPOINTS_WEBSECURE_ADDRESS", ":1"), ("TRAEFIK_PROVIDERS_NOMAD", "true"));
        Assert.Equal(":1", loaded.EntryPoints["websecure"].Address);
        Assert.NotNull(loaded.Providers.Nomad);
    }

    [Theory]
    [InlineData("TRAEFIK_ENTRYPOINTS_WEB_HTTP_TLS_DOMAINS_0_MAIN")]
    [InlineData("TRAEFIK_ENTRYPOINTS_WEB_HTTP_TLS_DOMAINS[0]_MAIN")]
    public void A_list_of_objects_has_its_index_as_a_part_or_in_brackets(string name) =>
        Assert.Equal("a.example", Load((name, "a.example")).EntryPoints["web"].Http.Tls!.Domains[0].Main);

    [Fact]
    public void A_number_is_a_name_where_names_are_free() =>
        Assert.Equal(":1", Load(("TRAEFIK_ENTRYPOINTS_8080_ADDRESS", ":1")).EntryPoints["8080"].Address);

    [Theory]
    [InlineData("TRAEFIK_FOO")]
    [InlineData("traefik_log_level")]
    [InlineData("EDGE_REGION")]
    [InlineData("TRAEFIK_CONFIGFILE")]
    public void Other_variables_are_none_of_our_business(string name) => Assert.Equal("INFO", Load((name, "x")).Log.Level);

    [Fact]
    public void Our_own_options_begin_with_EDGE() => Assert.False(Load(("EDGE_REDIRECTPLAINTOTLS", "false")).Edge.RedirectPlainToTls);

    [Fact]
    public void A_name_that_only_begins_like_a_root_is_refused_as_in_Traefik() =>
        Assert.Contains("variable TRAEFIK_APIVERSION=1", Assert.Throws<ConfigurationException>(() => Load(("TRAEFIK_APIVERSION", "1"))).Problem.ToString());
}
