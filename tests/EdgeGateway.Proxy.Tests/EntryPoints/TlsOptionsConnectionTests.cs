using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Tls;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Options;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class TlsOptionsConnectionTests
{
    private static readonly byte[] UnrecognizedName = [0x15, 3, 3, 0, 2, 2, 112];

    [Fact]
    public async Task A_host_with_options_of_its_own_gets_them_and_others_keep_the_default()
    {
        await using var running = await StartAsync(new() { MinVersion = "VersionTLS13", AlpnProtocols = ["http/1.1"] });
        Assert.Equal("http/1.1", (await running.ConnectTlsAsync("own.test", SslProtocols.None, "h2", "http/1.1")).NegotiatedApplicationProtocol.ToString());
        Assert.Equal("h2", (await running.ConnectTlsAsync("other.test", SslProtocols.None, "h2", "http/1.1")).NegotiatedApplicationProtocol.ToString());
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => running.ConnectTlsAsync("own.test", SslProtocols.Tls12));
        Assert.Equal(SslProtocols.Tls12, (await running.ConnectTlsAsync("other.test", SslProtocols.Tls12)).SslProtocol);
    }

    [Fact]
    public async Task A_broken_set_closes_the_connections_of_its_hosts_only()
    {
        await using var running = await StartAsync(new() { CipherSuites = ["NOPE"] });
        await Assert.ThrowsAnyAsync<IOException>(() => running.ConnectTlsAsync("own.test"));
        Assert.True((await running.ConnectTlsAsync("other.test")).IsAuthenticated);
    }

    [Fact]
    public async Task A_name_without_certificate_gets_alert_112_under_sniStrict()
    {
        var store = new CertificateStore();
        store.Set("own", CertificateStoreTests.Pair("else.test"), []);
        await using var running = await StartAsync(new() { SniStrict = true }, store);
        using var socket = await running.ConnectAsync();
        var hello = new HelloRecorder();
        await hello.RecordAsync("own.test");
        await socket.SendAsync(hello.Bytes);
        var answer = new byte[64];
        var read = await socket.ReceiveAsync(answer);
        Assert.Equal(UnrecognizedName, answer[..read]);
        Assert.Equal(1, running.EntryPoint.HandshakeFaults.UnknownNames);

        store.Set("own", CertificateStoreTests.Pair("own.test"), []);
        Assert.True((await running.ConnectTlsAsync("own.test")).IsAuthenticated);
    }

    [Theory]
    [InlineData("RequestClientCert", false, false, true)]
    [InlineData("RequestClientCert", true, false, true)]
    [InlineData("RequireAnyClientCert", false, false, false)]
    [InlineData("RequireAnyClientCert", true, false, true)]
    [InlineData("VerifyClientCertIfGiven", false, true, true)]
    [InlineData("VerifyClientCertIfGiven", true, true, false)]
    [InlineData("RequireAndVerifyClientCert", false, true, false)]
    [InlineData("RequireAndVerifyClientCert", true, true, false)]
    public async Task Client_certificates_of_strangers_are_judged_by_the_mode(string mode, bool shown, bool roots, bool served)
    {
        using var authority = Authority();
        await using var running = await StartAsync(new()
        {
            ClientAuth = new() { ClientAuthType = mode, CaFiles = roots ? [authority.ExportCertificatePem()] : ConfigList<string>.Empty },
        });
        Assert.Equal(served, await IsServedAsync(running, shown ? CertificateStoreTests.Pair("stranger") : null));
    }

    [Theory]
    [InlineData("VerifyClientCertIfGiven")]
    [InlineData("RequireAndVerifyClientCert")]
    [InlineData("")]
    public async Task A_client_certificate_of_the_authority_is_taken_and_known_to_the_connection(string mode)
    {
        using var authority = Authority();
        using var client = ClientOf(authority);
        byte[][]? seen = null;
        await using var running = await StartAsync(
            new() { ClientAuth = new() { ClientAuthType = mode, CaFiles = [authority.ExportCertificatePem()] } }, seen: c => seen = c.ClientCertificates);
        Assert.True(await IsServedAsync(running, client));
        Assert.Equal([client.RawData], seen!);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task What_the_client_sends_beside_its_certificate_is_known_too(SslProtocols version)
    {
        using var authority = Authority();
        using var between = ClientOf(authority, isAuthority: true);
        using var client = ClientOf(between);
        byte[][]? seen = null;
        await using var running = await StartAsync(
            new() { ClientAuth = new() { CaFiles = [authority.ExportCertificatePem()] } }, seen: c => seen = c.ClientCertificates);
        Assert.True(await IsServedAsync(running, client, version, between));
        Assert.Equal([client.RawData, between.RawData], seen!);
    }

    [Theory]
    [InlineData(false, "alert handshake failure")]
    [InlineData(true, "alert unknown ca")]
    public async Task In_TLS_1_2_a_refused_client_is_told_why(bool shown, string alert)
    {
        using var authority = Authority();
        await using var running = await StartAsync(new() { ClientAuth = new() { CaFiles = [authority.ExportCertificatePem()] } });
        var error = await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(running, shown ? CertificateStoreTests.Pair("stranger") : null, SslProtocols.Tls12));
        Assert.Contains(alert, error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<bool> IsServedAsync(
        RunningEntryPoint running, X509Certificate2? client, SslProtocols version = SslProtocols.None, params X509Certificate2[] beside)
    {
        try
        {
            return (await AskAsync(running, client, version, beside)).EndsWith("\r\n\r\nx", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<string> AskAsync(
        RunningEntryPoint running, X509Certificate2? client, SslProtocols version, params X509Certificate2[] beside)
    {
        await using var tls = new SslStream(new NetworkStream(await running.ConnectAsync(), ownsSocket: true), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "own.test",
            EnabledSslProtocols = version,
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, [.. beside], offline: true),
        });
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls);
        return await reader.ReadToEndAsync();
    }

    private static Task<RunningEntryPoint> StartAsync(TlsOptionsConfig config, CertificateStore? certificates = null, Action<Connection>? seen = null)
    {
        var snapshots = new SnapshotHolder();
        var hosts = new TlsHostTable([new("own.test", TlsOptionsEntry.Create("own@file", config))], TlsOptionsEntry.BuiltIn);
        snapshots.Publish(new GatewaySnapshot
        {
            EntryPoints = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                [KeyValuePair.Create("test", new EntryPointRouting { Name = "test", TlsHosts = hosts })]),
        });
        return RunningEntryPoint.StartAsync(
            context =>
            {
                seen?.Invoke(context.Connection);
                return RunningEntryPoint.Answer(context, "x");
            },
            certificates: certificates, snapshots: snapshots);
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 ClientOf(X509Certificate2 authority, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(isAuthority ? "CN=between" : "CN=client", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(isAuthority
            ? new X509BasicConstraintsExtension(true, false, 0, critical: true)
            : new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var hours = isAuthority ? 2 : 1;
        return request.Create(authority, DateTimeOffset.UtcNow.AddHours(-hours), DateTimeOffset.UtcNow.AddHours(hours), [1, 2, 3]).CopyWithPrivateKey(key);
    }

    /// <summary>The hello that a client would send, without a server.</summary>
    private sealed class HelloRecorder : MemoryStream
    {
        public byte[] Bytes => ToArray();

        public async Task RecordAsync(string name)
        {
            using var tls = new SslStream(this, leaveInnerStreamOpen: true);
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(name));
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
    }
}
