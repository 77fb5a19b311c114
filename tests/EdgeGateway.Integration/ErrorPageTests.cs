using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The errors middleware through the real executable and both forwarders.</summary>
public sealed class ErrorPageTests
{
    private static readonly string[] Tags =
    [
        "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=err", "traefik.http.routers.a.service=a",
        "traefik.http.middlewares.err.errors.status=500-599,404", "traefik.http.middlewares.err.errors.service=pages",
        "traefik.http.middlewares.err.errors.query=/{status}.html?{url}",
    ];

    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task Error_answers_become_pages_and_the_connection_lives_on(string forwarder)
    {
        var large = new string('x', 300_000);
        var asked = new List<string>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.ReadBodyAsync(head);
                await connection.SendAsync(head.Contains("/good", StringComparison.Ordinal)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
                    : $"HTTP/1.1 503 Oops\r\nContent-Length: {large.Length}\r\nX-Orig: 1\r\nSet-Cookie: o=1\r\n\r\n{(head.StartsWith("HEAD", StringComparison.Ordinal) ? "" : large)}");
            }
        });
        await using var pages = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                asked.Add(head[..head.IndexOf("\r\n", StringComparison.Ordinal)] + (head.Contains("Content-Length", StringComparison.OrdinalIgnoreCase) ? " with length" : ""));
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage");
            }
        });
        await using var stage = await StartAsync(forwarder, server.Port, pages.Port);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, stage.Web);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.Latin1);

        // One connection: whatever was left over of an answer would be the begin of the next one.
        foreach (var (request, status, body) in ((string, string, string)[])
        [
            ("GET /bad HTTP/1.1\r\nHost: a.test\r\n\r\n", "503 Service Unavailable", "page"),
            ("POST /bad HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody", "503 Service Unavailable", "page"),
            ("HEAD /bad HTTP/1.1\r\nHost: a.test\r\n\r\n", "503 Service Unavailable", ""),
            ("GET /good HTTP/1.1\r\nHost: a.test\r\n\r\n", "200 OK", "good"),
        ])
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            var head = await ReadHeadAsync(reader);
            Assert.StartsWith($"HTTP/1.1 {status}\r\n", head, StringComparison.Ordinal);
            Assert.Contains("Content-Length: 4\r\n", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("X-Orig", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Set-Cookie", head, StringComparison.OrdinalIgnoreCase);
            var read = new char[4];
            Assert.Equal(body.Length, body.Length == 0 ? 0 : await reader.ReadBlockAsync(read, Limit()));
            Assert.Equal(body, new string(read, 0, body.Length));
        }

        Assert.Equal(Enumerable.Repeat("GET /503.html?http%3A%2F%2Fa.test%2Fbad HTTP/1.1", 3), asked);
    }

    [Fact]
    public async Task A_dropped_answer_that_was_there_as_a_whole_costs_no_connection()
    {
        var connections = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            Interlocked.Increment(ref connections);
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnone\r\n0\r\n\r\n");
            }
        });
        await using var pages = ScriptedServer.Answering("page");
        await using var stage = await StartAsync("own", server.Port, pages.Port);
        using var client = Stage.Client(stage.Web);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((HttpStatusCode.NotFound, "page"), await AskAsync(client));
        }

        // The gateway knocks at a new server with a connection of its own.
        Assert.InRange(connections, 1, 3);
    }

    [Fact]
    public async Task An_unreachable_server_gets_its_page_and_a_page_that_is_unreachable_keeps_the_status()
    {
        await using var pages = ScriptedServer.Answering("page");
        await using var stage = await StartAsync("own", ScriptedServer.ClosedPort(), pages.Port);
        using var client = Stage.Client(stage.Web);
        Assert.Equal((HttpStatusCode.BadGateway, "page"), await AskAsync(client));

        stage.Nomad.Register("p1", "pages", ScriptedServer.ClosedPort(), "traefik.http.services.pages.loadbalancer.passhostheader=true");
        await stage.UntilAsync(async () => await AskAsync(client) == (HttpStatusCode.BadGateway, "Bad Gateway"), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_page_service_that_is_missing_disables_the_router_until_it_comes()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", server.Port, Tags));
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(client)).Status);
        Assert.Contains("the service \"pages@nomad\" does not exist", (await stage.ApiAsync("/api/http/routers/a@nomad")).GetProperty("error")[0].GetString(), StringComparison.Ordinal);

        stage.Nomad.Register("p1", "pages", server.Port, "traefik.http.services.pages.loadbalancer.passhostheader=true");
        await stage.UntilAsync(async () => (await AskAsync(client)).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(20));
        Assert.Equal("enabled", (await stage.ApiAsync("/api/http/middlewares/err@nomad")).GetProperty("status").GetString());
    }

    private static async Task<Stage> StartAsync(string forwarder, int server, int pages)
    {
        var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "a", server, Tags);
                n.Register("p1", "pages", pages, "traefik.http.services.pages.loadbalancer.passhostheader=true");
            },
            more: [$"--edge.http1Forwarder={forwarder}"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        return stage;
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpMessageInvoker client)
    {
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://a.test/"), Limit());
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Limit()));
    }

    private static async Task<string> ReadHeadAsync(StreamReader reader)
    {
        var head = new StringBuilder();
        while (await reader.ReadLineAsync(Limit()) is { Length: > 0 } line)
        {
            head.Append(line).Append("\r\n");
        }

        return head.ToString();
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}
