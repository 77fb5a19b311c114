using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding.Http1;

/// <summary>What only our own forwarder does, over real sockets.</summary>
public sealed class Http1ForwardingTests
{
    [Theory]
    [InlineData("get")]
    [InlineData("M-SEARCH")]
    [InlineData("TRACE")]
    public async Task Method_and_header_lines_go_out_as_they_came_in(string method)
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        await gateway.SendAsync($"{method} /x", "X-A: 1\r\nx-b: 2\r\nX-A: 3, 4\r\nCookie: a=1\r\nCookie: b=2\r\n");

        var head = Assert.Single(server.Heads);
        Assert.StartsWith($"{method} /x HTTP/1.1\r\nHost: a.test\r\n", head);
        Assert.Contains("\r\nX-A: 1\r\nX-A: 3, 4\r\n", head);
        Assert.Contains("\r\nCookie: a=1\r\nCookie: b=2\r\n", head);
        Assert.DoesNotContain("Content-Length", head);
    }

    [Fact]
    public async Task A_host_that_no_uri_takes_reaches_the_server()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        await gateway.ExchangeAsync("GET / HTTP/1.1\r\nHost: nolabel..test\r\nConnection: close\r\n\r\n");

        Assert.Contains("\r\nHost: nolabel..test\r\n", Assert.Single(server.Heads));
    }

    [Fact]
    public async Task Trailers_of_a_request_are_announced()
    {
        var body = "";
        await using var server = ScriptedServer.Start(async connection =>
        {
            body = await connection.ReadBodyAsync((await connection.ReadHeadAsync())!);
            await connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        await gateway.SendAsync("POST /", "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n", "3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n");

        Assert.Contains("\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n", Assert.Single(server.Heads));
        Assert.Equal("3\r\nabc\r\n0\r\n\r\n", body);
    }

    [Fact]
    public async Task Interim_answers_are_passed_on_in_their_order_and_at_once()
    {
        var go = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nConnection: x\r\nX: 1\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
            await go.WaitAsync();
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());

        Assert.Equal(
            "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", await RunningGateway.ReadUntilAsync(socket, "Processing\r\n\r\n"));
        go.Release();
        var rest = await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nok");
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", rest);
        Assert.DoesNotContain("Content-Type", rest);
    }

    [Fact]
    public async Task An_http10_client_gets_no_interim_answer_and_no_trailer()
    {
        await using var server = Answering("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n");
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        var answer = await gateway.ExchangeAsync("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n");

        Assert.StartsWith("HTTP/1.0 200 OK\r\n", answer);
        Assert.EndsWith("\r\n\r\nok", answer);
        Assert.DoesNotContain("X-T", answer);
    }

    [Theory]
    [InlineData("Trailer: X-T\r\n", "2\r\nok\r\n", "X-T: 1\r\nX-U: \u00e9\r\n")]
    [InlineData("", "2\r\nok\r\n", "X-T: 1\r\n")]
    [InlineData("", "", "X-T: 1\r\n")]
    public async Task Trailers_of_an_answer_reach_http1_clients(string announcement, string chunks, string trailers)
    {
        await using var server = Answering($"HTTP/1.1 200 OK\r\n{announcement}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n{trailers}\r\n");
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
            var answer = await RunningGateway.ReadUntilAsync(socket, trailers + "\r\n");
            Assert.EndsWith($"\r\n\r\n{chunks}0\r\n{trailers}\r\n", answer);
            Assert.Equal(announcement.Length > 0, answer.Contains("\r\nTrailer: X-T\r\n", StringComparison.Ordinal));
        }

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Trailers_of_an_answer_reach_http2_clients()
    {
        await using var server = Answering("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n");
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var client = RunningGateway.Http2Client();

        using var answer = await client.SendAsync(gateway.Http2Request(HttpMethod.Get, "/"), default);

        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal("1", answer.TrailingHeaders.GetValues("X-T").Single());
    }

    [Fact]
    public async Task An_expected_continue_is_the_servers_word()
    {
        var body = "";
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            body = await connection.ReadTextAsync(5);
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\n"));
        await socket.SendAsync("hello"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nok"));
        Assert.Equal("hello", body);
        Assert.Contains("\r\nExpect: 100-continue\r\n", Assert.Single(server.Heads));
    }

    [Fact]
    public async Task A_server_that_refuses_an_expectation_never_gets_the_body()
    {
        var rest = -1;
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 413 X\r\nContent-Length: 3\r\n\r\nbig");
            rest = (await connection.ReadSomeAsync()).Length;
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());

        var answer = await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nbig");

        Assert.StartsWith("HTTP/1.1 413 ", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
        await Eventually.TrueAsync(() => server.Open == 0, "the connection to the server is closed");
        Assert.Equal(0, rest);
    }

    [Fact]
    public async Task A_silent_server_gets_an_expected_body_after_a_second()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + await connection.ReadTextAsync(5));
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\n"));
        await socket.SendAsync("hello"u8.ToArray());
        await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nhello");
    }

    [Fact]
    public async Task An_answer_is_passed_on_while_the_client_still_sends()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
            await connection.UntilClosedAsync();
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\nabc"u8.ToArray());

        // The client has sent three bytes of its body, and sends the rest only when the answer is here.
        await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nearly");
        await Eventually.TrueAsync(() => server.Open == 0, "the connection to the server is not used again");
        await socket.SendAsync(new byte[99_997]);
        await socket.SendAsync("GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
        await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nearly");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\nok")]
    public async Task A_connection_whose_framing_is_in_doubt_carries_no_second_request(string sent)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(sent);
            await connection.UntilClosedAsync();
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        for (var i = 0; i < 3; i++)
        {
            Assert.DoesNotContain("evil", await gateway.SendAsync("GET /"));
        }

        Assert.Equal(3, server.Connections);
        await Eventually.TrueAsync(() => server.Open == 0, "all are closed");
    }

    [Fact]
    public async Task A_post_meets_no_connection_that_the_server_closed_while_it_was_idle()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        for (var i = 0; i < 5; i++)
        {
            Assert.EndsWith("\r\n\r\nok", await gateway.SendAsync("POST /"));
            await Eventually.TrueAsync(() => server.Open == 0, "the server has closed it");
        }

        Assert.Equal(0, gateway.Last.Retries);
    }

    [Fact]
    public async Task Both_directions_of_a_tunnel_end_by_themselves()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd/1\r\n\r\nhello");
            var got = 0;
            while (await connection.ReadSomeAsync() is { IsEmpty: false } some)
            {
                got += some.Length;
            }

            // The client's direction has ended; ours goes on.
            await connection.SendAsync($"got {got}");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: odd/1\r\n\r\n"u8.ToArray());
        await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nhello");
        await socket.SendAsync(new byte[100_000]);

        socket.Shutdown(SocketShutdown.Send);

        await RunningGateway.ReadUntilAsync(socket, "got 100000");
        Assert.Equal(0, await socket.ReceiveAsync(new byte[16]).WaitAsync(TimeSpan.FromSeconds(60)));
        await Eventually.TrueAsync(() => gateway.Completed == 1 && server.Open == 0, "both connections end");
    }

    [Fact]
    public async Task The_time_for_the_head_begins_with_the_requests_last_byte()
    {
        await using var server = ScriptedServer.Answering("ok");
        var limits = new ForwardingTimeoutsConfig { ResponseHeaderTimeout = TimeSpan.FromSeconds(1) };
        await using var gateway = await RunningGateway.StartAsync(new LoadBalancerConfig(), new() { ForwardingTimeouts = limits }, server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\n\r\na"u8.ToArray());
        await Eventually.TrueAsync(() => server.Heads.Count == 1, "the head arrives");

        // Longer than the limit: what is tested is that this time does not count.
        await Task.Delay(1500);
        await socket.SendAsync("b"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nok"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_of_a_chunked_answer_are_counted(bool yarp)
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n");
        await using var gateway = await RunningGateway.StartAsync(new LoadBalancerConfig(), new(), yarp, server.Url);

        Assert.Contains("abc", await gateway.SendAsync("GET /"));

        await Eventually.TrueAsync(() => gateway.Completed == 1, "the request ends");
        Assert.Equal(8, gateway.LastServerBytes);
    }

    [Fact]
    public async Task Large_bodies_arrive_whole_both_ways()
    {
        const int Size = 5_000_000;
        await using var server = ScriptedServer.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            var body = Encoding.Latin1.GetBytes(await connection.ReadTextAsync(Size));
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Size:x}\r\n");
            await connection.SendAsync(body);
            await connection.SendAsync("\r\n0\r\n\r\n");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var client = RunningGateway.Http2Client();
        var sent = new byte[Size];
        new Random(1).NextBytes(sent);
        using var request = gateway.Http2Request(HttpMethod.Post, "/");
        request.Content = new ByteArrayContent(sent);

        using var answer = await client.SendAsync(request, default);

        Assert.Equal(sent, await answer.Content.ReadAsByteArrayAsync());
    }

    private static ScriptedServer Answering(string answer) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is not null)
        {
            await connection.SendAsync(answer);
        }
    });
}
