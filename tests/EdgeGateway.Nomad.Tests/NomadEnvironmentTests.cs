using Xunit;

namespace EdgeGateway.Nomad.Tests;

public sealed class NomadEnvironmentTests
{
    [Theory]
    [InlineData("http://flag:1", "http://addr:2", "unix:///u", true, "http://flag:1")]
    [InlineData(null, "http://addr:2", "unix:///u", true, "http://addr:2")]
    [InlineData("", "", "unix:///u", true, "unix:///u")]
    [InlineData(null, null, null, true, "unix:///secrets/api.sock")]
    [InlineData(null, null, null, false, "http://127.0.0.1:4646")]
    public void The_address_comes_from_the_first_place_that_has_one(string? flag, string? addr, string? unix, bool socket, string expected) =>
        Assert.Equal(expected, Apply(new(), flag, socket, ("NOMAD_ADDR", addr), ("NOMAD_UNIX_ADDR", unix), ("NOMAD_SECRETS_DIR", "/secrets")).Address);

    [Fact]
    public void The_token_is_the_flags_or_NOMAD_TOKEN_or_the_file_of_the_task()
    {
        var flag = Apply(new() { Token = "flag" }, null, false, ("NOMAD_TOKEN", "env"), ("NOMAD_SECRETS_DIR", "/secrets"));
        Assert.Equal(("flag", null), (flag.Token, flag.TokenFile));
        Assert.Equal("env", Apply(new(), null, false, ("NOMAD_TOKEN", "env")).Token);
        var file = Apply(new(), null, false, ("NOMAD_SECRETS_DIR", "/secrets"));
        Assert.Equal((null, "/secrets/nomad_token"), (file.Token, file.TokenFile));
    }

    [Fact]
    public void The_namespace_of_the_gateways_own_job_is_not_the_one_to_watch() =>
        Assert.Null(Apply(new(), null, false, ("NOMAD_NAMESPACE", "platform")).Namespace);

    [Fact]
    public void TLS_settings_come_from_the_official_variables_and_a_configured_field_wins()
    {
        var tls = Apply(
            new() { Tls = new() { Ca = "/own/ca.pem" } }, null, false,
            ("NOMAD_CACERT", "/env/ca.pem"), ("NOMAD_CLIENT_CERT", "/env/c.pem"), ("NOMAD_CLIENT_KEY", "/env/k.pem"),
            ("NOMAD_TLS_SERVER_NAME", "server.global.nomad"), ("NOMAD_SKIP_VERIFY", "yes")).Tls!;
        Assert.Equal(new NomadTlsOptions { Ca = "/own/ca.pem", Cert = "/env/c.pem", Key = "/env/k.pem", ServerName = "server.global.nomad" }, tls);
        Assert.True(Apply(new(), null, false, ("NOMAD_SKIP_VERIFY", "T")).Tls!.InsecureSkipVerify);
        Assert.Null(Apply(new(), null, false).Tls);
    }

    private static NomadProviderOptions Apply(NomadProviderOptions options, string? address, bool socket, params (string Name, string? Value)[] variables) =>
        NomadEnvironment.Apply(options, address, name => variables.FirstOrDefault(v => v.Name == name).Value, path => socket && path == "/secrets/api.sock");
}
