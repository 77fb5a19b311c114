using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Tests.Tls;
using EdgeGateway.Proxy.Tls;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class TlsConnectionTests
{
    [Fact]
    public async Task The_certificate_follows_the_server_name_and_a_new_one_is_live_at_once()
    {
        var store = new CertificateStore();
        store.Set("a", CertificateStoreTests.Pair("a.test"), []);
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"), certificates: store);

        async Task<X509Certificate2> Certificate(string name)
        {
            await using var tls = await running.ConnectTlsAsync(name);
            return new X509Certificate2(tls.RemoteCertificate!);
        }

        Assert.Equal("CN=a.test", (await Certificate("a.test")).Subject);
        Assert.Equal("CN=TRAEFIK DEFAULT CERT", (await Certificate("b.test")).Subject);
        var renewed = CertificateStoreTests.Pair("a.test");
        store.Set("a", renewed, []);
        Assert.Equal(renewed.Thumbprint, (await Certificate("a.test")).Thumbprint);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_connection_knows_its_handshake(SslProtocols version)
    {
        Connection? seen = null;
        await using var running = await RunningEntryPoint.StartAsync(context =>
        {
            seen = context.Connection;
            return RunningEntryPoint.Answer(context, "x");
        });
        await using var tls = await running.ConnectTlsAsync("Name.Test", version, "http/1.1");
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls);
        Assert.EndsWith("\r\n\r\nx", await reader.ReadToEndAsync(), StringComparison.Ordinal);

        Assert.True(seen!.IsTls);
        Assert.Equal("name.test", seen.Sni);
        Assert.Equal("http/1.1", seen.Alpn);
        Assert.Equal(version, seen.TlsVersion);
        Assert.Equal(tls.NegotiatedCipherSuite, seen.TlsCipher);
        Assert.True(seen.BytesWritten > 500); // the handshake counts, at the socket
    }

    [Fact]
    public async Task Failed_handshakes_are_counted_and_harm_nobody()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"));
        await Assert.ThrowsAnyAsync<Exception>(() => running.ConnectTlsAsync("a.test", SslProtocols.None, "acme-tls/1"));
        var faults = running.EntryPoint.HandshakeFaults;
        await RunningEntryPoint.UntilAsync(() => faults.Refusals == 1);
        using (var socket = await running.ConnectAsync())
        {
            await socket.SendAsync(Convert.FromHexString(Corpus.Json("recordings/clienthello/go-1.26.json").GetProperty("hex").GetString()!));
            await socket.ReceiveAsync(new byte[100]); // the server's flight has come: it waits for ours
        }

        await RunningEntryPoint.UntilAsync(() => faults.Departures == 1);
        using (var socket = await running.ConnectAsync())
        {
            await socket.SendAsync(new byte[] { 0x16, 9, 9, 0, 1, 0 });
            await RunningEntryPoint.UntilAsync(() => faults.Refusals == 2);
        }

        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
        await using var good = await running.ConnectTlsAsync();
        Assert.True(good.IsAuthenticated);
    }

    [Fact]
    public async Task A_hello_sent_byte_by_byte_is_understood()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"));
        using var socket = await running.ConnectAsync();
        socket.NoDelay = true;
        foreach (var value in Convert.FromHexString(Corpus.Json("recordings/clienthello/curl-http1.json").GetProperty("hex").GetString()!))
        {
            await socket.SendAsync(new[] { value });
        }

        var answer = new byte[6];
        await socket.ReceiveAsync(answer);
        Assert.Equal([0x16, 3, 3], answer[..3]); // a ServerHello, no alert
        Assert.Equal("app.example.test", Assert.Single(running.EntryPoint.Connections).Sni);
    }
}
