using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding;

/// <summary>What goes to the server and what comes back, over real sockets and HTTP/1.1.</summary>
public sealed class HttpForwardingTests
{
    [Theory]
    [InlineData("/a%2Fb/%41/c;x?q=%20a+b", "/a%2Fb/A/c;x?q=%20a+b")]
    [InlineData("/a//b/./c?x=/../y", "/a/b/c?x=/../y")]
    [InlineData("/%C3%A4?%e4", "/%C3%A4?%e4")]
    [InlineData("/~!$&'()*+,=:@-._?/|{}^[]", "/~!$&'()*+,=:@-._?/|{}^[]")]
    [InlineData("/?", "/?")]
    public async Task The_target_arrives_byte_for_byte_as_the_entry_point_left_it(string sent, string received)
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        Assert.EndsWith("ok", await gateway.SendAsync($"GET {sent}"));

        Assert.Equal($"GET {received} HTTP/1.1", Assert.Single(server.Heads).Split("\r\n")[0]);
    }

    [Fact]
    public async Task Headers_arrive_as_sent_and_none_of_our_own_is_added()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        await gateway.ExchangeAsync(
            "GET / HTTP/1.1\r\nHost: a.test:81\r\nConnection: close\r\nCookie: a=1\r\nx-Odd_Name: \u00e9 \t=\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
            + "User-Agent:\r\nContent-Type: text/x\r\nUpgrade-Insecure-Requests: 1\r\n\r\n");

        var lines = Assert.Single(server.Heads).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
        Assert.Contains("Host: a.test:81", lines);
        Assert.Contains("Cookie: a=1", lines);
        Assert.Contains("x-Odd_Name: \u00e9 \t=", lines);
        Assert.Equal("X-Twice: 1, 2", string.Join(", ", lines.Where(static line => line.StartsWith("X-Twice", StringComparison.Ordinal))).Replace(", X-Twice: ", ", ", StringComparison.Ordinal));
        Assert.Contains("Content-Type: text/x", lines);
        Assert.Contains("Upgrade-Insecure-Requests: 1", lines);
        Assert.Contains("X-Forwarded-For: 127.0.0.1", lines);
        foreach (var name in new[] { "User-Agent", "Accept-Encoding", "traceparent", "Connection", "Transfer-Encoding", "Request-Id" })
        {
            Assert.DoesNotContain(lines, line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Without_passHostHeader_the_server_sees_its_own_authority()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(new LoadBalancerConfig { PassHostHeader = false }, new(), server.Url);

        await gateway.SendAsync("GET /");

        Assert.Contains($"\r\nHost: 127.0.0.1:{server.Port}\r\n", Assert.Single(server.Heads));
    }

    [Fact]
    public async Task A_path_of_the_url_is_ignored_unless_it_is_preserved()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync($"{server.Url}/base/");
        await gateway.SendAsync("GET /x%2Fy?z");
        gateway.State.Update([new ServerConfig { Url = $"{server.Url}/base/", PreservePath = true }]);
        await gateway.SendAsync("GET /x%2Fy?z");

        Assert.Equal(["GET /x%2Fy?z HTTP/1.1", "GET /base/x%2Fy?z HTTP/1.1"], server.Heads.Select(static head => head.Split("\r\n")[0]));
    }

    [Theory]
    [InlineData("POST", "Content-Length: 5\r\n", "hello", "Content-Length: 5", "hello")]
    [InlineData("POST", "Content-Length: 0\r\n", "", "Content-Length: 0", "")]
    [InlineData("POST", "", "", "Content-Length: 0", "")]
    [InlineData("GET", "Content-Length: 3\r\n", "xyz", "Content-Length: 3", "xyz")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "abcde")]
    public async Task Bodies_keep_their_framing(string method, string headers, string body, string framing, string received)
    {
        var got = "";
        await using var server = ScriptedServer.Start(async connection =>
        {
            got = await connection.ReadBodyAsync((await connection.ReadHeadAsync())!);
            await connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        Assert.StartsWith("HTTP/1.1 204", await gateway.SendAsync($"{method} /", headers, body));

        Assert.Contains($"\r\n{framing}\r\n", Assert.Single(server.Heads));
        Assert.Equal(received, string.Concat(got.Split("\r\n").Where((_, i) => framing[0] != 'T' || i % 2 == 1)));
    }

    [Theory]
    [InlineData("GET /", "")]
    [InlineData("GET /", "Content-Length: 0\r\n")]
    [InlineData("DELETE /", "")]
    [InlineData("HEAD /", "")]
    public async Task A_request_without_body_has_no_framing(string line, string headers)
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        await gateway.SendAsync(line, headers);

        var head = Assert.Single(server.Heads);
        Assert.DoesNotContain("Content-Length", head);
        Assert.DoesNotContain("Transfer-Encoding", head);
    }

    [Theory]
    [InlineData("200 Fine Thanks", "200 OK")]
    [InlineData("404", "404 Not Found")]
    [InlineData("413 Payload Too Large", "413 Request Entity Too Large")]
    [InlineData("299 Odd", "299 status code 299")]
    [InlineData("499 X", "499 status code 499")]
    [InlineData("599 X", "599 status code 599")]
    public async Task The_phrase_is_gos_never_the_servers(string sent, string received)
    {
        var answer = await AnswerAsync($"HTTP/1.1 {sent}\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {received}\r\n", answer);
    }

    [Fact]
    public async Task What_belongs_to_the_servers_connection_ends_here()
    {
        var answer = await AnswerAsync(
            "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Gone\r\nX-Gone: 1\r\nKeep-Alive: timeout=4\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\n"
            + "Trailer: X\r\nTE: x\r\nX-Stay: 1\r\nServer: be\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok");

        var lines = answer.Split("\r\n").Where(static line => !line.StartsWith("Date:", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(
            new[] { "", "Connection: close", "Content-Length: 2", "HTTP/1.1 200 OK", "Server: be", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Stay: 1", "ok" }
                .Order(StringComparer.Ordinal),
            lines);
    }

    [Theory]
    [InlineData("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 10\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_answer_that_cannot_have_a_body_has_no_length(string sent) => Assert.DoesNotContain("Content-Length", await AnswerAsync(sent));

    [Fact]
    public async Task The_length_of_a_head_answer_is_passed_on()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        Assert.Contains("Content-Length: 1234\r\n", await gateway.SendAsync("HEAD /"));
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")]
    public async Task An_answer_that_cannot_be_understood_is_a_bare_500(string sent)
    {
        var answer = await AnswerAsync(sent);

        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", answer);
        Assert.DoesNotContain("Content-Type", answer);
        Assert.EndsWith("\r\n\r\nInternal Server Error", answer);
    }

    [Fact]
    public async Task Chunked_wins_over_a_length()
    {
        var answer = await AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");

        Assert.Contains("Transfer-Encoding: chunked", answer);
        Assert.DoesNotContain("Content-Length", answer);
        Assert.EndsWith("2\r\nab\r\n0\r\n\r\n", answer);
    }

    [Fact]
    public async Task Every_chunk_of_a_stream_is_passed_on_at_once()
    {
        var seen = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await connection.SendAsync($"data: {i}\n\n");
                await seen.WaitAsync();
            }
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());

        for (var i = 0; i < 3; i++)
        {
            // The server sends the next one only when this one is here.
            await RunningGateway.ReadUntilAsync(socket, $"data: {i}\n\n");
            seen.Release();
        }
    }

    [Fact]
    public async Task An_upload_is_passed_on_as_it_comes()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            var first = await connection.ReadTextAsync(3);
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + first);
            await connection.SendAsync(await connection.ReadTextAsync(3));
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\n\r\nabc"u8.ToArray());

        await Eventually.TrueAsync(() => server.Heads.Count == 1, "the head arrives before the body's end");
        await socket.SendAsync("def"u8.ToArray());

        await RunningGateway.ReadUntilAsync(socket, "abcdef");
    }

    [Theory]
    [InlineData("websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")]
    [InlineData("WebSocket", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n")]
    [InlineData("tcp", "")]
    public async Task An_upgrade_is_spliced_both_ways_until_one_side_closes(string protocol, string headers)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\nX-Extra: 1\r\n\r\n");
            for (var i = 0; i < 2; i++)
            {
                await connection.SendAsync(await connection.ReadSomeAsync());
            }

            await connection.ReadTextAsync(3);
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: {protocol}\r\n{headers}\r\n"));

        var answer = await RunningGateway.ReadUntilAsync(socket, "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", answer);
        Assert.Contains("Connection: Upgrade\r\n", answer);
        Assert.Contains($"Upgrade: {protocol}\r\n", answer);
        Assert.Contains("X-Extra: 1\r\n", answer);
        await socket.SendAsync("ping"u8.ToArray());
        await RunningGateway.ReadUntilAsync(socket, "ping");
        await socket.SendAsync("\u0081\u0000more"u8.ToArray());
        await RunningGateway.ReadUntilAsync(socket, "more");

        // The server closes.
        await socket.SendAsync("end"u8.ToArray());
        Assert.Equal(0, await socket.ReceiveAsync(new byte[16]).WaitAsync(TimeSpan.FromSeconds(60)));

        var head = Assert.Single(server.Heads);
        Assert.Contains("\r\nConnection: Upgrade\r\n", head);
        Assert.Contains($"\r\nUpgrade: {protocol}\r\n", head);
        Assert.Equal(headers.Length > 0, head.Contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_upgrade_is_an_ordinary_answer()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nno"));
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_body_was_read_is_passed_on()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 413 X\r\nContent-Length: 3\r\n\r\nbig");
            await connection.UntilClosedAsync();
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\nabc"u8.ToArray());
        await socket.SendAsync(new byte[99_997]);

        Assert.StartsWith("HTTP/1.1 413 Request Entity Too Large\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nbig"));
    }

    [Fact]
    public async Task A_head_that_does_not_come_in_time_is_a_504()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.UntilClosedAsync();
        });
        var limits = new ForwardingTimeoutsConfig { ResponseHeaderTimeout = TimeSpan.FromSeconds(1) };
        await using var gateway = await RunningGateway.StartAsync(new LoadBalancerConfig(), new() { ForwardingTimeouts = limits }, server.Url);

        var answer = await gateway.SendAsync("GET /");

        Assert.StartsWith("HTTP/1.1 504 Gateway Timeout\r\n", answer);
        Assert.EndsWith("\r\n\r\nGateway Timeout", answer);
        await RunningEntryPoint.UntilAsync(() => server.Heads.Count == 1); // read in the server's own time
    }

    private static async Task<string> AnswerAsync(string sent)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(sent);
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        return await gateway.SendAsync("GET /");
    }
}
