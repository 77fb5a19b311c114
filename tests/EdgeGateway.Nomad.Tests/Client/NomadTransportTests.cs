using EdgeGateway.Configuration.Sources;
using EdgeGateway.Testbed.Nomad;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Client;

public sealed class NomadTransportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-nomad").FullName;

    [Fact]
    public async Task The_Task_API_socket_is_used_with_the_tasks_token()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.RequiredToken = "identity";
        nomad.Register("a", "web", 8080);
        await File.WriteAllTextAsync(Path.Combine(_folder, "nomad_token"), "identity");
        await using var relay = NomadRelay.OnSocket(Path.Combine(_folder, "api.sock"));
        relay.Target = nomad.Url;
        var options = NomadEnvironment.Apply(new(), null, name => name == "NOMAD_SECRETS_DIR" ? _folder : null, File.Exists);
        Assert.Equal($"unix://{_folder}/api.sock", options.Address);
        nomad.Heartbeat = TimeSpan.FromMilliseconds(200);
        await using var provider = new RunningProvider(options);
        await provider.UntilIdsAsync("a");
        await provider.ConnectedAsync();
        nomad.Register("b", "web", 8081);
        await provider.UntilIdsAsync("a", "b");
    }

    [Fact]
    public async Task A_socket_that_is_missing_is_an_outage_with_its_code()
    {
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = $"unix://{_folder}/none.sock" });
        await provider.LoggedAsync("EG-NOMAD-UNREACHABLE");
    }

    [Fact]
    public async Task TLS_uses_the_CA_the_client_certificate_and_the_server_name()
    {
        var pki = NomadPki.Write(_folder);
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Heartbeat = TimeSpan.FromMilliseconds(200);
        nomad.Register("a", "web", 8080);
        await using var relay = NomadRelay.OnTls(pki.Server, pki.Root);
        relay.Target = nomad.Url;
        var good = new NomadTlsOptions { Ca = pki.CaFile, Cert = pki.CertFile, Key = pki.KeyFile, ServerName = "server.global.nomad" };
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = $"https://127.0.0.1:{relay.Port}", Tls = good });
        await provider.UntilIdsAsync("a");
        Assert.All(relay.Names, static name => Assert.Equal("server.global.nomad", name));

        // Without the name the certificate is not for 127.0.0.1; without verification that does not matter.
        await using var wrongName = new RunningProvider(new NomadProviderOptions { Address = $"https://127.0.0.1:{relay.Port}", Tls = good with { ServerName = null } });
        await wrongName.LoggedAsync("EG-NOMAD-TLS");
        await using var blind = new RunningProvider(
            new NomadProviderOptions { Address = $"https://127.0.0.1:{relay.Port}", Tls = good with { ServerName = null, InsecureSkipVerify = true } });
        await blind.UntilIdsAsync("a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_that_cannot_be_used_are_named_at_the_start(bool missing)
    {
        var file = Path.Combine(_folder, "ca.pem");
        if (!missing)
        {
            File.WriteAllText(file, "no PEM");
        }

        var problem = Assert.Throws<ConfigurationException>(() => new RunningProvider(new NomadProviderOptions { Address = "https://x:1", Tls = new() { Ca = file } })).Problem;
        Assert.Equal("EG-NOMAD-TLSFILES", problem.Code);
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_certificate_without_its_key_is_refused()
    {
        var error = Assert.Throws<ConfigurationException>(
            static () => new RunningProvider(new NomadProviderOptions { Address = "https://x:1", Tls = new() { Cert = "c.pem" } }));
        Assert.Contains("needs both", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
