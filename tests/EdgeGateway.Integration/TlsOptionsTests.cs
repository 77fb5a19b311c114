using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>TLS options by name, through the real executable and a file.</summary>
public sealed class TlsOptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_host_that_asks_for_client_certificates_is_closed_to_everybody_else()
    {
        using var authority = Certificate("CN=authority", null);
        using var client = Certificate("CN=client", authority);
        using var stranger = Certificate("CN=stranger", null);
        await File.WriteAllTextAsync(Path.Join(_folder.FullName, "ca.pem"), authority.ExportCertificatePem());
        await using var whoami = await Whoami.StartAsync("a");
        await File.WriteAllTextAsync(Path.Join(_folder.FullName, "tls.yml"), $$$"""
            http:
              routers:
                closed: {rule: Host(`closed.test`), service: a, tls: {options: mtls}}
                open: {rule: Host(`open.test`), service: a, tls: {}}
                broken: {rule: Host(`broken.test`), service: a, tls: {options: missing}}
              services:
                a: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{whoami.Port}}}"}]}}
            tls:
              options:
                mtls: {clientAuth: {caFiles: ["{{{Path.Join(_folder.FullName, "ca.pem")}}}"], clientAuthType: RequireAndVerifyClientCert}}
            """);
        var port = Ports.Free();
        await using var gateway = GatewayProcess.Start([$"--entrypoints.web.address=127.0.0.1:{port}", $"--providers.file.filename={Path.Join(_folder.FullName, "tls.yml")}"]);
        await gateway.ListeningAsync(port);

        Assert.Equal("200", await StatusAsync(port, "open.test", "open.test", null));
        Assert.Equal("200", await StatusAsync(port, "closed.test", "closed.test", client));
        Assert.Null(await StatusAsync(port, "closed.test", "closed.test", null));
        Assert.Null(await StatusAsync(port, "closed.test", "closed.test", stranger));

        // The name in the hello decides what was asked of the client: another Host over that connection is not served.
        Assert.Equal("421", await StatusAsync(port, "open.test", "closed.test", null));
        Assert.Null(await StatusAsync(port, "broken.test", "broken.test", null));
        Assert.Contains("unknown TLS options: missing@file", gateway.Log, StringComparison.Ordinal);
    }

    /// <summary>The status of the answer; null when the connection ended without one.</summary>
    private static async Task<string?> StatusAsync(int port, string name, string host, X509Certificate2? client)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", port);
            await using var tls = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, [], offline: true),
            });
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(tls);
            return (await reader.ReadToEndAsync()) is { Length: > 12 } answer ? answer[9..12] : null;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return null;
        }
    }

    private static X509Certificate2 Certificate(string subject, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, critical: true));
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        return issuer is null ? request.CreateSelfSigned(from, to) : request.Create(issuer, from, to, [1, 2, 3, 4]).CopyWithPrivateKey(key);
    }
}
