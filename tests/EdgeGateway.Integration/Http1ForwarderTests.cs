using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The forwarder for servers in clear, through the real executable.</summary>
public sealed class Http1ForwarderTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Interim_answers_and_trailers_reach_the_client_also_through_TLS(bool tls)
    {
        await using var server = Answering(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n");
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", server.Port, tls ? [Rule, "traefik.http.routers.a.tls=true"] : [Rule]));
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, stage.WebSecure);
        await using Stream stream = tls ? await TlsAsync(socket) : new NetworkStream(socket);

        for (var i = 0; i < 2; i++)
        {
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
            var answer = await ReadUntilAsync(stream, "X-T: 1\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_access_log_tells_the_size_of_a_chunked_answer()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", server.Port, Rule), more: ["--accesslog=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);

        Assert.Equal("abcdefg", await stage.GetAsync("a.test"));

        await stage.Gateway.LoggedAsync("\"GET / HTTP/1.1\" 200 7 ");
    }

    [Fact]
    public async Task The_other_forwarder_serves_too_and_an_unknown_one_is_refused()
    {
        await using var server = Answering("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using (var stage = await Stage.StartAsync(n => n.Register("a1", "a", server.Port, Rule), more: ["--edge.http1Forwarder=yarp"]))
        {
            await stage.Gateway.ListeningAsync(stage.Web);
            Assert.Equal("ok", await stage.GetAsync("a.test"));
        }

        await using var refused = GatewayProcess.Start(["--edge.http1Forwarder=nginx"]);
        await refused.LoggedAsync("edge.http1Forwarder 'nginx' is neither own nor yarp");
        await refused.Process.WaitForExitAsync();
        Assert.Equal(1, refused.Process.ExitCode);
    }

    private static ScriptedServer Answering(string answer) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is not null)
        {
            await connection.SendAsync(answer);
        }
    });

    private static async Task<Stream> TlsAsync(Socket socket)
    {
        var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.test",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return tls;
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        var text = "";
        while (!text.EndsWith(end, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"closed after: {text}");
            text += Encoding.Latin1.GetString(buffer, 0, read);
        }

        return text;
    }
}
