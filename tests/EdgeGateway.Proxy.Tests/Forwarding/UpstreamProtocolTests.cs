using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding;

/// <summary>Servers that speak TLS or HTTP/2.</summary>
public sealed class UpstreamProtocolTests
{
    [Theory]
    [InlineData(true, false, "", "127.0.0.1", 200)]
    [InlineData(false, true, "up.test", "up.test", 200)]
    [InlineData(false, true, "other.test", "other.test", 500)]
    [InlineData(false, false, "up.test", "up.test", 500)]
    public async Task Https_servers_are_verified_with_the_given_roots_and_name(bool skip, bool roots, string serverName, string sni, int status)
    {
        using var authority = Certificate("CN=Test root", null);
        using var certificate = Certificate("CN=up.test", authority);
        await using var server = ScriptedServer.Answering("ok", certificate: certificate);
        var transport = new ServersTransportConfig
        {
            InsecureSkipVerify = skip,
            ServerName = serverName,
            RootCAs = roots ? [authority.ExportCertificatePem()] : [],
        };
        await using var gateway = await RunningGateway.StartAsync(new(), transport, server.Url);

        var answer = await gateway.SendAsync("GET /");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        if (status == 200)
        {
            // Not the client's Host, whatever that says. (An address is no name: none is sent.)
            Assert.Equal(sni == "127.0.0.1" ? "" : sni, Assert.Single(server.Names));
            Assert.Contains("\r\nHost: a.test\r\n", Assert.Single(server.Heads));
        }
    }

    [Fact]
    public async Task A_server_that_speaks_plain_http_on_an_https_url_is_a_500()
    {
        await using var server = ScriptedServer.Start(static connection => connection.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        await using var gateway = await RunningGateway.StartAsync($"https://127.0.0.1:{server.Port}");

        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", await gateway.SendAsync("GET /"));
    }

    [Fact]
    public async Task Hosts_of_clients_share_a_servers_connection_in_clear()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        for (var i = 0; i < 4; i++)
        {
            await gateway.ExchangeAsync($"GET / HTTP/1.1\r\nHost: h{i}.test\r\nConnection: close\r\n\r\n");
        }

        Assert.Equal((1, 4), (server.Connections, server.Heads.Count));
    }

    [Fact]
    public async Task Http2_clients_reach_an_http1_server()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var client = RunningGateway.Http2Client();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.SendAsync(gateway.Http2Request(HttpMethod.Get, "/a%2Fb?c"), default);
            Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        }

        Assert.All(server.Heads, static head => Assert.StartsWith("GET /a%2Fb?c HTTP/1.1\r\n", head));
        Assert.All(server.Heads, static head => Assert.DoesNotContain("\r\n:", head));
        Assert.Equal((1, 3), (server.Connections, server.Heads.Count));
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    public async Task Grpc_streams_both_ways_and_keeps_its_trailers(string type)
    {
        await using var server = await GrpcEcho.StartAsync();
        await using var gateway = await RunningGateway.StartAsync($"h2c://127.0.0.1:{server.Port}");
        using var client = RunningGateway.Http2Client();
        using var request = gateway.Http2Request(HttpMethod.Post, "/echo.Echo/Stream");
        var messages = new MessageContent();
        messages.Headers.ContentType = new(type);
        request.Content = messages;
        request.Headers.TryAddWithoutValidation("TE", "trailers");

        var sending = client.SendAsync(request, default);
        var stream = await messages.Stream;
        await stream.WriteAsync(GrpcEcho.Frame("one"u8));
        await stream.FlushAsync();
        using var answer = await sending;
        var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[8];
        await body.ReadExactlyAsync(buffer);
        Assert.Equal(GrpcEcho.Frame("one"u8), buffer);

        // The second message goes out only after the first came back.
        await stream.WriteAsync(GrpcEcho.Frame("two"u8));
        await stream.FlushAsync();
        await body.ReadExactlyAsync(buffer);
        Assert.Equal(GrpcEcho.Frame("two"u8), buffer);
        messages.End();
        Assert.Equal(0, await body.ReadAsync(buffer));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/grpc", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("fine", answer.TrailingHeaders.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task Http1_clients_reach_an_h2c_server()
    {
        await using var server = await GrpcEcho.StartAsync();
        await using var gateway = await RunningGateway.StartAsync($"h2c://127.0.0.1:{server.Port}");

        var answer = await gateway.SendAsync("POST /", "Content-Length: 5\r\n", "hello");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.Contains("hello", answer);
    }

    [Fact]
    public async Task A_trailers_only_answer_ends_with_its_head()
    {
        await using var server = await GrpcEcho.StartAsync();
        await using var gateway = await RunningGateway.StartAsync($"h2c://127.0.0.1:{server.Port}");
        using var client = RunningGateway.Http2Client();
        using var request = gateway.Http2Request(HttpMethod.Post, "/refused");
        request.Content = new ByteArrayContent(GrpcEcho.Frame("x"u8));

        using var answer = await client.SendAsync(request, default);

        Assert.Equal("7", answer.Headers.GetValues("grpc-status").Single());
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var from = DateTimeOffset.UtcNow.AddHours(-1);
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, from.AddDays(2));
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name[3..]);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(issuer, from, from.AddDays(1), [1, 2, 3, 4]);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class MessageContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MessageContent() => Headers.ContentType = new("application/grpc");

        public Task<Stream> Stream => _stream.Task;

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
