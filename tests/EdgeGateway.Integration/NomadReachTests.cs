using System.Net.Sockets;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>How the gateway finds its way to Nomad: addresses, tokens, TLS, region. A route that answers proves it.</summary>
public sealed class NomadReachTests : IDisposable
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-reach").FullName;

    [Fact]
    public async Task Region_stale_and_token_go_with_every_call_and_the_token_into_no_log()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.RequiredToken = "s3cret-token";
                n.Register("a1", "a", whoami.Port, Rule);
            },
            more:
            [
                "--providers.nomad.endpoint.region=eu", "--providers.nomad.stale=true", "--providers.nomad.endpoint.token=s3cret-token", "--log.level=DEBUG",
            ]);
        await LiveAsync(stage, "a.test");
        Assert.Contains("/v1/services?stale=&region=eu", stage.Nomad.Targets);
        Assert.Contains("/v1/service/a?stale=&region=eu", stage.Nomad.Targets);
        Assert.All(stage.Nomad.Targets, static target => Assert.Contains("region=eu", target, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret-token", stage.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TLS_with_a_client_certificate_and_the_servers_own_name(bool byEnvironment)
    {
        var pki = NomadPki.Write(_folder);
        await using var whoami = await Whoami.StartAsync("a");
        await using var relay = NomadRelay.OnTls(pki.Server, pki.Root);
        var variables = new Dictionary<string, string> { ["NOMAD_TLS_SERVER_NAME"] = "server.global.nomad" };
        List<string> flags = [];
        void Set(string flag, string variable, string value)
        {
            if (byEnvironment)
            {
                variables[variable] = value;
            }
            else
            {
                flags.Add($"--providers.nomad.endpoint.tls.{flag}={value}");
            }
        }

        Set("ca", "NOMAD_CACERT", pki.CaFile);
        Set("cert", "NOMAD_CLIENT_CERT", pki.CertFile);
        Set("key", "NOMAD_CLIENT_KEY", pki.KeyFile);
        await using var stage = await Stage.StartAsync(
            n =>
            {
                relay.Target = n.Url;
                n.Register("a1", "a", whoami.Port, Rule);
            },
            more: flags, address: _ => $"https://127.0.0.1:{relay.Port}", environment: _ => variables);
        await LiveAsync(stage, "a.test");
        Assert.NotEmpty(relay.Names);
        Assert.All(relay.Names, static name => Assert.Equal("server.global.nomad", name));
    }

    [Fact]
    public async Task Without_the_client_certificate_that_Nomad_wants_the_reason_is_told()
    {
        var pki = NomadPki.Write(_folder);
        await using var relay = NomadRelay.OnTls(pki.Server, pki.Root);
        await using var stage = await Stage.StartAsync(
            n => relay.Target = n.Url, more: ["--providers.nomad.endpoint.tls.ca=" + pki.CaFile], address: _ => $"https://127.0.0.1:{relay.Port}");
        await stage.Gateway.LoggedAsync("EG-NOMAD-TLS");
        Assert.Contains("NOMAD_TLS_SERVER_NAME", stage.Gateway.Log, StringComparison.Ordinal);
    }

    /// <summary>Each source alone, with what stands behind it in the order pointing to nowhere.</summary>
    [Theory]
    [InlineData("flag")]
    [InlineData("NOMAD_ADDR")]
    [InlineData("NOMAD_UNIX_ADDR")]
    [InlineData("NOMAD_SECRETS_DIR")]
    public async Task The_address_comes_from_the_first_of_flag_variables_and_task_socket(string source)
    {
        var nowhere = $"http://127.0.0.1:{Ports.Free()}";
        var socket = Path.Combine(_folder, "api.sock");
        await using var whoami = await Whoami.StartAsync("a");
        await using var relay = NomadRelay.OnSocket(socket);
        await using var stage = await Stage.StartAsync(
            n =>
            {
                relay.Target = n.Url;
                n.Register("a1", "a", whoami.Port, Rule);
            },
            address: n => source == "flag" ? n.Url : "",
            environment: n => source switch
            {
                "flag" => new() { ["NOMAD_ADDR"] = nowhere, ["NOMAD_UNIX_ADDR"] = "unix:///nowhere", ["NOMAD_SECRETS_DIR"] = "/nowhere" },
                "NOMAD_ADDR" => new() { ["NOMAD_ADDR"] = n.Url, ["NOMAD_UNIX_ADDR"] = "unix:///nowhere", ["NOMAD_SECRETS_DIR"] = _folder },
                "NOMAD_UNIX_ADDR" => new() { ["NOMAD_UNIX_ADDR"] = "unix://" + socket, ["NOMAD_SECRETS_DIR"] = "/nowhere" },
                _ => new() { ["NOMAD_SECRETS_DIR"] = _folder },
            });
        await LiveAsync(stage, "a.test");
        Assert.Equal(source is "NOMAD_UNIX_ADDR" or "NOMAD_SECRETS_DIR", relay.Connections > 0);
    }

    [Fact]
    public async Task Without_any_address_it_is_the_agent_on_this_machine()
    {
        await using var stage = await Stage.StartAsync(static _ => { }, address: static _ => "", environment: static _ => new() { ["NOMAD_SECRETS_DIR"] = "/nowhere" });
        await stage.UntilAsync(
            () => Task.FromResult(stage.Gateway.Log.Contains("Nomad at http://127.0.0.1:4646", StringComparison.Ordinal)), Soon);
    }

    [Fact]
    public async Task The_tasks_namespace_is_not_the_gateways()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "a", whoami.Port, Rule);
                n.Register(new Registration("b1", "b", "b", "127.0.0.1", whoami.Port, ["traefik.http.routers.b.rule=Host(`b.test`)"]) { Namespace = "platform" });
            },
            environment: static _ => new() { ["NOMAD_NAMESPACE"] = "platform" });
        await LiveAsync(stage, "a.test");
        Assert.Equal("404", await stage.GetAsync("b.test"));
        Assert.All(stage.Nomad.Targets, static target => Assert.DoesNotContain("namespace", target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_token_of_the_environment_is_sent()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.RequiredToken = "from-env";
                n.Register("a1", "a", whoami.Port, Rule);
            },
            environment: static _ => new() { ["NOMAD_TOKEN"] = "from-env" });
        await LiveAsync(stage, "a.test");
    }

    [Fact]
    public async Task The_tasks_identity_is_used_on_its_socket_and_read_again_when_it_rotates()
    {
        var file = Path.Combine(_folder, "nomad_token");
        await File.WriteAllTextAsync(file, "first");
        await using var whoami = await Whoami.StartAsync("a");
        await using var relay = NomadRelay.OnSocket(Path.Combine(_folder, "api.sock"));
        await using var stage = await Stage.StartAsync(
            n =>
            {
                (n.RequiredToken, n.TaskApi) = ("first", true);
                relay.Target = n.Url;
                n.Register("a1", "a", whoami.Port, Rule);
            },
            address: static _ => "", environment: _ => new() { ["NOMAD_SECRETS_DIR"] = _folder });
        await LiveAsync(stage, "a.test");

        // Rotated in time: the next call has the new one, nobody notices.
        await File.WriteAllTextAsync(file, "second");
        stage.Nomad.RequiredToken = "second";
        stage.Nomad.DropStreams();
        stage.Nomad.Register("b1", "b", whoami.Port, "traefik.http.routers.b.rule=Host(`b.test`)");
        await LiveAsync(stage, "b.test");
        Assert.DoesNotContain("EG-NOMAD-40", stage.Gateway.Log, StringComparison.Ordinal);

        // Ended before it was rotated: told, the routes stay, and the new one is taken up by itself.
        stage.Nomad.RequiredToken = "third";
        stage.Nomad.DropStreams();
        await stage.Gateway.LoggedAsync("EG-NOMAD-403");
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
        stage.Nomad.Register("c1", "c", whoami.Port, "traefik.http.routers.c.rule=Host(`c.test`)");
        await File.WriteAllTextAsync(file, "third");
        await LiveAsync(stage, "c.test");
    }

    [Fact]
    public async Task A_task_without_identity_is_told_what_to_add()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var relay = NomadRelay.OnSocket(Path.Combine(_folder, "api.sock"));
        await using var stage = await Stage.StartAsync(
            n =>
            {
                (n.RequiredToken, n.TaskApi) = ("identity", true);
                relay.Target = n.Url;
                n.Register("a1", "a", whoami.Port, Rule);
            },
            address: static _ => "", environment: _ => new() { ["NOMAD_SECRETS_DIR"] = _folder });
        await stage.Gateway.LoggedAsync("EG-NOMAD-401");
        Assert.Contains("identity { env = true }", stage.Gateway.Log, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder, "nomad_token"), "identity");
        await LiveAsync(stage, "a.test");
    }

    [Fact]
    public async Task Of_several_addresses_the_healthiest_is_used()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var second = await EmbeddedNomad.StartAsync();
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "a", whoami.Port, Rule);
                second.Register("a1", "a", whoami.Port, Rule);
                n.Fault = NomadFaultMode.Refuse;
            },
            address: n => $"{n.Url},{second.Url}");

        // The first is away at the start.
        await LiveAsync(stage, "a.test");
        Assert.Empty(stage.Nomad.Calls);

        // The second goes, the first has come back.
        stage.Nomad.Fault = NomadFaultMode.None;
        stage.Nomad.Register("b1", "b", whoami.Port, "traefik.http.routers.b.rule=Host(`b.test`)");
        second.Fault = NomadFaultMode.NoLeader;
        await LiveAsync(stage, "b.test");
        var asked = second.Targets.Count;

        // And stays in use: a working address is not left for one that may be better.
        second.Fault = NomadFaultMode.None;
        stage.Nomad.Register("c1", "c", whoami.Port, "traefik.http.routers.c.rule=Host(`c.test`)");
        await LiveAsync(stage, "c.test");
        Assert.Equal(asked, second.Targets.Count);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task LiveAsync(Stage stage, string host)
    {
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => (await stage.GetAsync(host)).StartsWith("Name: a\n", StringComparison.Ordinal), Soon);
    }
}
