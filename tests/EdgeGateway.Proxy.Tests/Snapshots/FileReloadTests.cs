using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Snapshots.Layer4;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tls;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>What compilers do when told that files changed: a good one takes effect, a bad one keeps what is in use and says so.</summary>
public sealed class FileReloadTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-reload-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_bad_pair_keeps_the_old_one_until_a_good_one_comes()
    {
        var store = new CertificateStore();
        var compiler = new TlsCertificatesCompiler(store);
        var messages = Message(new() { Tls = new() { Certificates = [new() { CertFile = At("a.crt"), KeyFile = At("a.key") }] } });
        var first = WritePair("a");
        compiler.Update(messages);
        Assert.Equal(first, store.Find("a.test")!.Thumbprint);

        // The certificate is new, the key is not there yet.
        var key = File.ReadAllText(At("a.key"));
        var second = WritePair("a");
        var newKey = File.ReadAllText(At("a.key"));
        File.WriteAllText(At("a.key"), key);
        compiler.Update(messages, Changed("a.crt"));
        Assert.Equal(first, store.Find("a.test")!.Thumbprint);
        var problem = Assert.Single(compiler.Problems);
        Assert.Equal("EG-TLS-CERTIFICATE", problem.Code);
        Assert.Contains("stays in use", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", problem.Message, StringComparison.Ordinal);

        // Something else changed: nothing is read, the problem stays.
        compiler.Update(messages, Changed("other"));
        Assert.Same(problem, Assert.Single(compiler.Problems));

        File.WriteAllText(At("a.key"), newKey);
        compiler.Update(messages, Changed("a.key"));
        Assert.Equal(second, store.Find("a.test")!.Thumbprint);
        Assert.Empty(compiler.Problems);
    }

    [Fact]
    public void The_default_certificate_is_replaced_and_kept_likewise()
    {
        var store = new CertificateStore();
        var compiler = new TlsCertificatesCompiler(store);
        var messages = Message(new()
        {
            Tls = new() { Stores = One("default", new TlsStoreConfig { DefaultCertificate = new() { CertFile = At("d.crt"), KeyFile = At("d.key") } }) },
        });
        compiler.Update(messages); // nothing there yet
        Assert.Single(compiler.Problems);
        WritePair("d");
        compiler.Update(messages, Changed("d.crt", "d.key"));
        Assert.Empty(compiler.Problems);
        File.WriteAllText(At("d.crt"), "half");
        compiler.Update(messages, Changed("d.crt"));
        Assert.Contains("stays in use", Assert.Single(compiler.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Authorities_of_clients_make_the_set_anew_or_leave_it()
    {
        WritePair("ca");
        var config = new TlsOptionsConfig { ClientAuth = new() { CaFiles = [At("ca.crt")], ClientAuthType = "RequireAndVerifyClientCert" } };
        var messages = Message(new() { Tls = new() { Options = One("m", config) } });
        var compiler = new TlsOptionsCompiler();
        Assert.True(compiler.Update(messages));
        var first = compiler.Find("m@file");

        Assert.False(compiler.Update(messages, Changed("other")));
        File.WriteAllText(At("ca.crt"), "");
        compiler.Update(messages, Changed("ca.crt"));
        Assert.Same(first, compiler.Find("m@file"));
        Assert.Contains("stay in use", Assert.Single(compiler.Problems).Message, StringComparison.Ordinal);

        var next = WritePair("ca");
        Assert.True(compiler.Update(messages, Changed("ca.crt")));
        Assert.Equal(next, Assert.Single(compiler.Find("m@file")!.Model!.Roots).Thumbprint);
        Assert.Empty(compiler.Problems);
    }

    [Fact]
    public void Transports_read_anew_in_place_and_one_that_could_not_be_made_is_made_when_its_file_comes()
    {
        WritePair("static");
        WritePair("a");
        using var pool = new TransportPool(new() { RootCAs = [At("static.crt")] });
        var compiler = new TransportCompiler(pool);
        var messages = Message(new()
        {
            Http = HttpConfiguration.Empty with
            {
                ServersTransports = new[]
                {
                    KeyValuePair.Create("a", new ServersTransportConfig { RootCAs = [At("a.crt")] }),
                    KeyValuePair.Create("late", new ServersTransportConfig { RootCAs = [At("late.crt")] }),
                }.ToConfigMap(),
            },
        });
        Assert.True(compiler.Update(messages));
        var transport = compiler.Find("a", "file", out _);
        Assert.Null(compiler.Find("late", "file", out _));

        WritePair("a");
        Assert.False(compiler.Update(messages, Changed("a.crt", "static.crt")));
        Assert.Same(transport, compiler.Find("a", "file", out _)); // its connections stay

        File.WriteAllText(At("a.crt"), "half");
        File.Delete(At("static.crt"));
        compiler.Update(messages, Changed("a.crt", "static.crt"));
        Assert.Same(transport, compiler.Find("a", "file", out _));
        Assert.Equal(2, compiler.Problems.Count(static p => p.Message.Contains("stays in use", StringComparison.Ordinal)));

        WritePair("a");
        WritePair("static");
        WritePair("late");
        Assert.True(compiler.Update(messages, Changed("a.crt", "static.crt", "late.crt")));
        Assert.NotNull(compiler.Find("late", "file", out _));
        Assert.Empty(compiler.Problems);
    }

    [Fact]
    public void TCP_transports_do_the_same()
    {
        WritePair("a");
        var compiler = new TcpTransportCompiler(new());
        var messages = Message(new()
        {
            Tcp = TcpConfiguration.Empty with
            {
                ServersTransports = new[]
                {
                    KeyValuePair.Create("a", new TcpServersTransportConfig { Tls = new() { RootCAs = [At("a.crt")] } }),
                    KeyValuePair.Create("late", new TcpServersTransportConfig { Tls = new() { RootCAs = [At("late.crt")] } }),
                }.ToConfigMap(),
            },
        });
        compiler.Update(messages);
        var transport = compiler.Find("a", "file", out _);
        Assert.NotNull(transport);
        File.WriteAllText(At("a.crt"), "half");
        Assert.False(compiler.Reload(Changed("a.crt")));
        Assert.Contains("stays in use", Assert.Single(compiler.Problems).Message, StringComparison.Ordinal);
        WritePair("a");
        Assert.False(compiler.Reload(Changed("a.crt")));
        Assert.Empty(compiler.Problems);
        Assert.True(compiler.Reload(Changed("late.crt")));
        WritePair("late");
        compiler.Update(messages);
        Assert.NotNull(compiler.Find("late", "file", out _));
        Assert.Same(transport, compiler.Find("a", "file", out _));
    }

    private static ConfigMap<T> One<T>(string name, T value) => new[] { KeyValuePair.Create(name, value) }.ToConfigMap();

    private static ProviderMessage[] Message(DynamicConfiguration configuration) => [new("file", configuration, ConfigList<ConfigurationProblem>.Empty)];

    private HashSet<string> Changed(params string[] names) => [.. names.Select(At)];

    private string At(string name) => Path.Join(_folder.FullName, name);

    private string WritePair(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest($"CN={name}.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(At(name + ".crt"), made.ExportCertificatePem());
        File.WriteAllText(At(name + ".key"), key.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }
}
