using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Certificates, keys and authorities change on disk under the running executable.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-certs-");
    private readonly int _port = Ports.Free();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_new_pair_is_served_however_it_came_and_a_bad_one_changes_nothing()
    {
        await using var whoami = await Whoami.StartAsync("a");
        var versions = Enumerable.Range(0, 4).Select(i => WritePair(Directory.CreateDirectory(At($"v{i}")).FullName)).ToList();
        File.CreateSymbolicLink(At("..data"), "v0");
        File.CreateSymbolicLink(At("tls.crt"), "..data/tls.crt");
        File.CreateSymbolicLink(At("tls.key"), "..data/tls.key");
        await using var gateway = await StartAsync($$$"""
            http:
              routers: {a: {rule: Host(`a.test`), service: a, tls: {} } }
              services: {a: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{whoami.Port}}}"} ] } } }
            tls: {certificates: [{certFile: "{{{At("tls.crt")}}}", keyFile: "{{{At("tls.key")}}}"}]}
            """);
        Assert.Equal(versions[0], await ServedAsync());

        // A connection that is open goes on; what follows it sees the new pair.
        using var open = new TcpClient();
        await open.ConnectAsync("127.0.0.1", _port);
        await using var tls = new SslStream(open.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("a.test");

        // Links that are swapped.
        File.CreateSymbolicLink(At("..tmp"), "v1");
        using (var move = System.Diagnostics.Process.Start("mv", ["-T", At("..tmp"), At("..data")]))
        {
            await move.WaitForExitAsync();
        }

        await UntilServedAsync(gateway, versions[1]);

        // Renames over the links.
        File.Copy(At("v2/tls.crt"), At("new"));
        File.Move(At("new"), At("tls.crt"), overwrite: true);
        File.Copy(At("v2/tls.key"), At("new"));
        File.Move(At("new"), At("tls.key"), overwrite: true);
        await UntilServedAsync(gateway, versions[2]);
        Assert.Equal(0, gateway.Logged("EG-TLS-CERTIFICATE"));

        // Half a certificate, for as long as it takes to be noticed: one message, and the pair before stays.
        var text = await File.ReadAllTextAsync(At("v3/tls.crt"));
        await File.WriteAllTextAsync(At("tls.crt"), text[..(text.Length / 2)]);
        await gateway.LoggedAsync("EG-TLS-CERTIFICATE", Soon);
        Assert.Equal(versions[2], await ServedAsync());
        await File.WriteAllTextAsync(At("tls.crt"), text);
        await File.WriteAllTextAsync(At("tls.key"), await File.ReadAllTextAsync(At("v3/tls.key")));
        await UntilServedAsync(gateway, versions[3]);
        Assert.InRange(gateway.Logged("EG-TLS-CERTIFICATE"), 1, 2); // between the two writes the pair may be told once more
        Assert.Contains("stays in use", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", gateway.Log, StringComparison.Ordinal);

        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_authorities_of_clients_count_for_new_connections()
    {
        await using var whoami = await Whoami.StartAsync("a");
        using var one = Authority("CN=one");
        using var two = Authority("CN=two");
        await File.WriteAllTextAsync(At("ca.pem"), one.ExportCertificatePem());
        await using var gateway = await StartAsync($$$"""
            http:
              routers: {a: {rule: Host(`a.test`), service: a, tls: {options: m} } }
              services: {a: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{whoami.Port}}}"} ] } } }
            tls: {options: {m: {clientAuth: {caFiles: ["{{{At("ca.pem")}}}"], clientAuthType: RequireAndVerifyClientCert} } } }
            """);
        using var ofOne = Signed(one);
        using var ofTwo = Signed(two);
        Assert.Equal("200", await StatusAsync(ofOne));
        Assert.Null(await StatusAsync(ofTwo));
        await File.WriteAllTextAsync(At("ca.new"), two.ExportCertificatePem());
        File.Move(At("ca.new"), At("ca.pem"), overwrite: true);
        await UntilAsync(gateway, async () => await StatusAsync(ofTwo) == "200");
        Assert.Null(await StatusAsync(ofOne));
    }

    [Fact]
    public async Task New_roots_for_servers_count_without_a_restart_static_ones_too()
    {
        using var certificate = Authority("CN=server", "127.0.0.1");
        using var wrong = Authority("CN=wrong");
        await using var server = ScriptedServer.Answering("ok", certificate: certificate);
        await File.WriteAllTextAsync(At("static.pem"), wrong.ExportCertificatePem());
        await File.WriteAllTextAsync(At("named.pem"), wrong.ExportCertificatePem());
        await using var gateway = await StartAsync(
            $$$"""
            http:
              routers:
                a: {rule: Host(`a.test`), service: a}
                b: {rule: Host(`b.test`), service: b}
              services:
                a: {loadBalancer: {servers: [{url: "https://127.0.0.1:{{{server.Port}}}"}]}}
                b: {loadBalancer: {serversTransport: t, servers: [{url: "https://127.0.0.1:{{{server.Port}}}"}]}}
              serversTransports: {t: {rootCAs: ["{{{At("named.pem")}}}"]}}
            """,
            $"--serversTransport.rootCAs={At("static.pem")}");
        using var client = Stage.Client(_port);
        Assert.Equal(("500", "500"), (await Stage.GetAsync(client, "http://a.test/"), await Stage.GetAsync(client, "http://b.test/")));
        await File.WriteAllTextAsync(At("static.pem"), certificate.ExportCertificatePem());
        await UntilAsync(gateway, async () => await Stage.GetAsync(client, "http://a.test/") == "ok");
        Assert.Equal("500", await Stage.GetAsync(client, "http://b.test/"));
        await File.WriteAllTextAsync(At("named.pem"), certificate.ExportCertificatePem());
        await UntilAsync(gateway, async () => await Stage.GetAsync(client, "http://b.test/") == "ok");
    }

    private async Task<GatewayProcess> StartAsync(string yaml, params string[] more)
    {
        var folder = Directory.CreateDirectory(At("dyn")).FullName; // apart from the certificates: the provider's events are not what is tested
        await File.WriteAllTextAsync(Path.Join(folder, "dyn.yml"), yaml);
        var gateway = GatewayProcess.Start([$"--entrypoints.web.address=127.0.0.1:{_port}", $"--providers.file.filename={Path.Join(folder, "dyn.yml")}", .. more]);
        await gateway.ListeningAsync(_port);
        await gateway.LoggedAsync("serves; providers");
        return gateway;
    }

    private Task UntilServedAsync(GatewayProcess gateway, string thumbprint) => UntilAsync(gateway, async () => await ServedAsync() == thumbprint);

    private static async Task UntilAsync(GatewayProcess gateway, Func<Task<bool>> holds)
    {
        var begun = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(begun.Elapsed < Soon, $"not within {Soon.TotalSeconds} s:\n{gateway.Log}");
            await Task.Delay(20); // another process's files have no event for us
        }
    }

    /// <summary>Thumbprint of the certificate that a client sees.</summary>
    private async Task<string> ServedAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _port);
        var seen = "";
        await using var tls = new SslStream(socket.GetStream(), false, (_, certificate, _, _) =>
        {
            seen = certificate!.GetCertHashString();
            return true;
        });
        await tls.AuthenticateAsClientAsync("a.test");
        return seen;
    }

    private async Task<string?> StatusAsync(X509Certificate2 client)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", _port);
            await using var tls = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "a.test",
                ClientCertificateContext = SslStreamCertificateContext.Create(client, [], offline: true),
            });
            await tls.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(tls);
            return (await reader.ReadToEndAsync()) is { Length: > 12 } answer ? answer[9..12] : null;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return null;
        }
    }

    private string At(string name) => Path.Join(_folder.FullName, name);

    private static string WritePair(string folder)
    {
        using var certificate = Authority("CN=a.test", "a.test");
        File.WriteAllText(Path.Join(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Join(folder, "tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }

    private static X509Certificate2 Authority(string subject, string? name = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (System.Net.IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-5), issuer.NotAfter, [1, 2, 3, 4]);
        return signed.CopyWithPrivateKey(key);
    }
}
