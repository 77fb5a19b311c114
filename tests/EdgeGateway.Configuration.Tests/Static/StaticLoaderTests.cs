using System.Text;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Static;

public sealed class StaticLoaderTests
{
    private static readonly Dictionary<string, string> None = [];

    private static LoadedConfiguration Read(string[] flags, Dictionary<string, string>? environment = null, params (string Path, string Text)[] files) =>
        StaticLoader.Read(
            flags, environment ?? None,
            path => files.Any(f => f.Path == path),
            path => files.FirstOrDefault(f => f.Path == path) is { Path: not null } file
                ? Encoding.UTF8.GetBytes(file.Text)
                : throw new FileNotFoundException($"no {path}"));

    private static ConfigurationProblem Fault(string[] flags, params (string Path, string Text)[] files) =>
        Assert.Throws<ConfigurationException>(() => Read(flags, null, files)).Problem;

    [Fact]
    public void The_seeds_flags_load_word_by_word()
    {
        var loaded = StaticLoader.Load(
            [
                "--api.dashboard=true", "--api.insecure=true", "--entrypoints.web.address=:80", "--entryPoints.websecure.address=:443",
                "--entrypoints.traefik.address=:8080", "--providers.nomad=true", "--providers.nomad.endpoint.address=http://100.99.99.99:4646",
                "--certificatesresolvers.tailscaleresolver.tailscale=true",
            ],
            None);
        Assert.Equal(["traefik", "web", "websecure"], loaded.EntryPoints.Keys);
        Assert.Equal([":8080", ":80", ":443"], loaded.EntryPoints.Values.Select(static e => e.Address));
        Assert.True(loaded.Api is { Dashboard: true, Insecure: true });
        Assert.Equal("http://100.99.99.99:4646", loaded.Providers.Nomad!.Endpoint.Address);
        Assert.NotNull(loaded.CertificatesResolvers["tailscaleresolver"].Tailscale);
        Assert.Equal(TimeSpan.FromSeconds(5), loaded.Edge.StartTimeout);
    }

    [Fact]
    public void Nothing_at_all_is_one_entry_point_on_port_80()
    {
        var loaded = Read([]);
        Assert.Equal(":80", Assert.Single(loaded.Configuration.EntryPoints).Value.Address);
        Assert.Equal("http", loaded.Configuration.EntryPoints.Keys.Single());
        Assert.Null(loaded.Configuration.Api);
        Assert.Equal("defaults", loaded.Origin);
    }

    [Theory]
    [InlineData("--api.insecure", true)]
    [InlineData("--api", false)]
    [InlineData("--ping", true)]
    [InlineData("--ping.manualRouting", false)]
    [InlineData("--ping.entryPoint=http", false)]
    public void The_admin_entry_point_is_added_when_something_needs_it(string flag, bool added) =>
        Assert.Equal(added, Read([flag]).Configuration.EntryPoints.ContainsKey("traefik"));

    [Fact]
    public void A_section_that_is_switched_off_stays_absent() => Assert.Null(Read(["--ping=false", "--api"]).Configuration.Ping);

    [Fact]
    public void The_first_source_wins_and_nothing_is_merged()
    {
        Dictionary<string, string> environment = new() { ["TRAEFIK_LOG_LEVEL"] = "DEBUG", ["HOME"] = "/home/u" };
        var file = ("/home/u/.config/traefik.toml", "log.format = 'json'");
        var fromFile = Read(["--api"], environment, file);
        Assert.Equal(("json", "INFO"), (fromFile.Configuration.Log.Format, fromFile.Configuration.Log.Level));
        Assert.Null(fromFile.Configuration.Api);
        Assert.Equal(["EG-CONFIG-IGNORED", "EG-CONFIG-IGNORED"], fromFile.Warnings.Select(static w => w.Code));

        var fromFlags = Read(["--api"], environment);
        Assert.Equal("INFO", fromFlags.Configuration.Log.Level);
        Assert.NotNull(fromFlags.Configuration.Api);

        Assert.Equal("DEBUG", Read([], environment).Configuration.Log.Level);
    }

    [Theory]
    [InlineData("/etc/traefik/traefik.toml")]
    [InlineData("/etc/traefik/traefik.yml")]
    [InlineData("/xdg/traefik.toml")]
    [InlineData("/home/u/.config/traefik.toml")]
    [InlineData("./traefik.toml")]
    public void Traefiks_default_places_are_searched(string path)
    {
        var text = path.EndsWith(".toml") ? "log.level = 'DEBUG'" : "log:\n  level: DEBUG\n";
        var loaded = Read([], new() { ["HOME"] = "/home/u", ["XDG_CONFIG_HOME"] = "/xdg" }, (path, text));
        Assert.Equal(("DEBUG", path), (loaded.Configuration.Log.Level, loaded.Origin));
    }

    [Fact]
    public void The_path_of_the_file_may_hold_variables() =>
        Assert.Equal(
            "DEBUG",
            Read(["--CONFIGfile=$DIR/${NAME}.yaml"], new() { ["DIR"] = "/a", ["NAME"] = "b" }, ("/a/b.yaml", "log: {level: DEBUG}")).Configuration.Log.Level);

    [Fact]
    public void A_missing_configuration_file_is_an_error() =>
        Assert.Contains("/none.yml", Fault(["--configFile=/none.yml", "--api"]).ToString());

    [Theory]
    [InlineData("t.ini", "x", "unsupported file extension")]
    [InlineData("t.toml", "", "no configuration found in file")]
    [InlineData("t.yml", "# nothing\n", "no configuration found in file")]
    [InlineData("t.yml", "foo: 1\n", "no valid configuration found in file")]
    [InlineData("t.yml", "- a\n", "no named options")]
    public void A_file_without_configuration_is_an_error(string path, string text, string message) =>
        Assert.Contains(message, Fault([$"--configFile={path}"], (path, text)).Message);

    [Fact]
    public void An_unknown_section_of_a_file_is_ignored_with_a_warning_and_an_unknown_name_below_one_is_an_error()
    {
        var loaded = Read(["--configFile=t.yml"], null, ("t.yml", "pong: {}\nlog:\n  level: WARN\n"));
        Assert.Equal("WARN", loaded.Configuration.Log.Level);
        Assert.Contains("did you mean 'ping'?", Assert.Single(loaded.Warnings).Message);
        var fault = Fault(["--configFile=t.yml"], ("t.yml", "entryPoints:\n  web:\n    fooBar: 1\n"));
        Assert.Contains("fooBar", fault.Message);
        Assert.Equal("t.yml:3:13", fault.Location.Text);
    }

    [Fact]
    public void Toml_and_yaml_give_equal_records()
    {
        const string Toml = """
            [entryPoints.web]
            address = ":80"
            [entryPoints.web.http.redirections.entryPoint]
            to = "websecure"
            permanent = false
            [entryPoints.websecure]
            address = ":443"
            asDefault = true
            [entryPoints.websecure.forwardedHeaders]
            trustedIPs = ["10.0.0.0/8", "::1"]
            [[entryPoints.websecure.http.tls.domains]]
            main = "a.example"
            sans = ["b.example", "c.example"]
            [entryPoints.websecure.transport.respondingTimeouts]
            readTimeout = 42
            idleTimeout = "1m30s"
            [api]
            [ping]
            [providers.nomad]
            exposedByDefault = false
            [certificatesResolvers.ts.tailscale]
            """;
        const string Yaml = """
            entryPoints:
              web:
                address: ":80"
                http:
                  redirections:
                    entryPoint: {to: websecure, permanent: false}
              websecure:
                address: :443
                asDefault: true
                forwardedHeaders: {trustedIPs: [10.0.0.0/8, "::1"]}
                http:
                  tls:
                    domains:
                      - main: a.example
                        sans: [b.example, c.example]
                transport:
                  respondingTimeouts:
                    readTimeout: 42
                    idleTimeout: 1m30s
            api: {}
            ping: {}
            providers:
              nomad:
                exposedByDefault: false
            certificatesResolvers:
              ts:
                tailscale: {}
            """;
        var toml = Read(["--configFile=a.toml"], null, ("a.toml", Toml)).Configuration;
        var yaml = Read(["--configFile=a.yaml"], null, ("a.yaml", Yaml)).Configuration;
        Assert.Equal(toml, yaml);
        Assert.Equal(TimeSpan.FromSeconds(42), toml.EntryPoints["websecure"].Transport.RespondingTimeouts.ReadTimeout);
        Assert.Equal(["b.example", "c.example"], yaml.EntryPoints["websecure"].Http.Tls!.Domains[0].Sans);
        Assert.NotNull(yaml.CertificatesResolvers["ts"].Tailscale);
    }

    [Theory]
    [InlineData("--entrypoints.web.address=nonsense", "web", "missing port")]
    [InlineData("--entrypoints.web.address=:99999", "web", "invalid port")]
    [InlineData("--entrypoints.web.address=::1:80", "web", "brackets")]
    [InlineData("--entrypoints.web.address=:80/sctp", "web", "sctp")]
    [InlineData("--entrypoints.dns.udp.timeout=0", "dns", "greater than zero")]
    [InlineData("--entrypoints.web.forwardedheaders.trustedips=foo", "web", "foo")]
    [InlineData("--entrypoints.web.forwardedheaders.trustedips=10.0.0.0/33", "web", "10.0.0.0/33")]
    [InlineData("--entrypoints.web.http.maxheaderbytes=abc", "maxHeaderBytes", "abc")]
    [InlineData("--api.basePath=api", "basePath", "absolute")]
    [InlineData("--providers.precedence=nomad,fil", "precedence", "did you mean 'file'?")]
    [InlineData("--providers.nomad.refreshinterval=abc", "refreshInterval", "abc")]
    [InlineData("--accessLog.dualOutput=true", "accessLog.dualOutput", "not supported yet")]
    [InlineData("--pilot.token=x", "pilot", "removed")]
    [InlineData("--providers.nomad.namespace=x", "namespace", "removed")]
    [InlineData("--providers.docker", "providers.docker", "not supported yet")]
    [InlineData("--metrics.statsd", "metrics.statsd", "not supported yet")]
    [InlineData("--entrypoints.web.adress=:80", "adress", "did you mean 'address'?")]
    public void A_fault_names_the_flag_and_what_is_wrong(string flag, string name, string message)
    {
        var problem = Fault([flag]);
        Assert.Equal(ProblemSeverity.Error, problem.Severity);
        Assert.Contains(name, problem.Message);
        Assert.Contains(message, problem.Message);
        Assert.StartsWith("flag " + flag.Split('=')[0], problem.Location.Text);
    }

    [Theory]
    [InlineData("--log.level=LOUD")]
    [InlineData("--log.format=xml")]
    [InlineData("--accessLog.format=xml")]
    [InlineData("--certificatesResolvers.x=true")]
    public void What_Traefik_lets_pass_in_silence_is_a_warning(string flag) =>
        Assert.Contains(flag.Split('=')[0], Assert.Single(Read([flag]).Warnings).Location.Text);

    [Theory]
    [InlineData("127.0.0.1/8")]
    [InlineData("10.1.2.3")]
    [InlineData("fd7a:115c:a1e0::/48")]
    public void A_trusted_network_may_have_bits_behind_its_prefix(string network) =>
        Assert.Empty(Read(["--entrypoints.web.address=:80", $"--entrypoints.web.forwardedheaders.trustedips={network}"]).Warnings);

    [Fact]
    public void An_explicit_zero_of_idle_connections_is_not_the_default()
    {
        Assert.Equal(200, Read(["--api"]).Configuration.ServersTransport.MaxIdleConnsPerHost);
        Assert.Equal(200, Read(["--serversTransport.insecureSkipVerify"]).Configuration.ServersTransport.MaxIdleConnsPerHost);
        Assert.Equal(0, Read(["--serversTransport.maxIdleConnsPerHost=0"]).Configuration.ServersTransport.MaxIdleConnsPerHost);
    }
}
