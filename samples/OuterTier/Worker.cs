using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Quickstart.Processes;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.OuterTier;

/// <summary>
/// One inner gateway, the real executable, with an application behind it. It has a certificate of its own: a client that sees it knows that
/// nobody in between has decrypted.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly ScriptedServer _application;
    private readonly string[] _flags;
    private Child? _gateway;

    public Worker(int number, string folder)
    {
        Name = $"worker-{number}";
        _application = ScriptedServer.Start(AnswerAsync);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Tier.Name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        Thumbprint = certificate.Thumbprint;

        var at = Directory.CreateDirectory(Path.Combine(folder, Name)).FullName;
        File.WriteAllText(Path.Combine(at, "tls.crt"), certificate.ExportCertificatePem());
        WriteSecret(Path.Combine(at, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(at, "dynamic.yml"), $$"""
            http:
              routers:
                argocd:
                  rule: Host(`{{Tier.Name}}`)
                  service: argocd
                  tls: {}
              services:
                argocd:
                  loadBalancer:
                    servers:
                      - url: http://127.0.0.1:{{_application.Port}}
            tls:
              certificates:
                - certFile: {{Path.Combine(at, "tls.crt")}}
                  keyFile: {{Path.Combine(at, "tls.key")}}
            """);
        _flags =
        [
            $"--entryPoints.websecure.address=127.0.0.1:{Port}", "--entryPoints.websecure.proxyProtocol.trustedIPs=127.0.0.1",
            $"--providers.file.filename={Path.Combine(at, "dynamic.yml")}", "--log.level=WARN",
        ];
    }

    public string Name { get; }

    public int Port { get; } = Ports.Free();

    /// <summary>Of its certificate.</summary>
    public string Thumbprint { get; }

    public Task StartAsync(CancellationToken stop)
    {
        _gateway = Tier.StartGateway(_flags);
        return Tier.ListeningAsync(_gateway, Port, stop);
    }

    /// <summary>SIGKILL: its connections are reset, nobody is told.</summary>
    public async Task KillAsync()
    {
        await _gateway!.KillAsync();
        await _gateway.DisposeAsync();
        _gateway = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.TerminateAsync();
            await _gateway.DisposeAsync();
        }

        await _application.DisposeAsync();
    }

    // Says who it is and which client the gateway in front told it.
    private async Task AnswerAsync(ScriptedConnection connection)
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            var client = head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("X-Forwarded-For:", StringComparison.OrdinalIgnoreCase))?[16..].Trim();
            var body = $"{Name} {client}";
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    }

    private static void WriteSecret(string path, string text)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }
}
