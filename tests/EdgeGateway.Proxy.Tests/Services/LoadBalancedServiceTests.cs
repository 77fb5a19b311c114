using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

/// <summary>The attempt loop over real sockets.</summary>
public sealed class LoadBalancedServiceTests
{
    [Fact]
    public async Task No_server_is_a_plain_503()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var answer = await gateway.SendAsync("GET /");

        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", answer);
        Assert.Contains("Content-Type: text/plain; charset=utf-8\r\n", answer);
        Assert.EndsWith("\r\n\r\nno available server\n", answer);
    }

    [Theory]
    [InlineData("GET /", "", "")]
    [InlineData("POST /", "Content-Length: 3\r\n", "abc")]
    public async Task A_refused_connect_moves_to_the_next_server_and_is_avoided_for_a_while(string line, string headers, string body)
    {
        await using var live = ScriptedServer.Answering("live");
        await using var gateway = await RunningGateway.StartAsync($"http://127.0.0.1:{ScriptedServer.ClosedPort()}", live.Url);

        var retries = 0;
        for (var i = 0; i < 6; i++)
        {
            Assert.EndsWith("\r\n\r\nlive", await gateway.SendAsync(line, headers, body));
            retries += gateway.Last.Retries;
        }

        Assert.Equal(6, live.Heads.Count);
        Assert.Equal(1, retries);
    }

    [Fact]
    public async Task All_connects_refused_is_a_bare_502()
    {
        await using var gateway = await RunningGateway.StartAsync(
            [.. Enumerable.Range(0, 4).Select(static _ => $"http://127.0.0.1:{ScriptedServer.ClosedPort()}")]);

        var answer = await gateway.SendAsync("GET /");

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", answer);
        Assert.DoesNotContain("Content-Type", answer);
        Assert.EndsWith("\r\n\r\nBad Gateway", answer);
        Assert.Equal(2, gateway.Last.Retries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_ends_before_the_first_byte_of_an_answer_moves_to_the_next_server(bool reset)
    {
        await using var dying = Dying(reset);
        await using var live = ScriptedServer.Answering("live");
        await using var gateway = await RunningGateway.StartAsync(dying.Url, live.Url);

        for (var i = 0; i < 4; i++)
        {
            Assert.EndsWith("\r\n\r\nlive", await gateway.SendAsync("GET /"));
        }

        Assert.Equal(4, live.Heads.Count);
        Assert.InRange(dying.Heads.Count, 1, 4);
    }

    [Theory]
    [InlineData(true, "POST /", "Content-Length: 3\r\n", "abc")]
    [InlineData(false, "POST /", "Content-Length: 3\r\n", "abc")]
    [InlineData(true, "POST /", "", "")]
    [InlineData(false, "POST /", "", "")]
    [InlineData(false, "PUT /", "Content-Length: 3\r\n", "abc")]
    [InlineData(false, "GET /", "Content-Length: 3\r\n", "abc")]
    public async Task A_request_that_may_have_had_an_effect_is_never_sent_twice(bool reset, string line, string headers, string body)
    {
        await using var first = Dying(reset);
        await using var second = Dying(reset);
        await using var gateway = await RunningGateway.StartAsync(first.Url, second.Url);

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await gateway.SendAsync(line, headers, body));

        Assert.Equal(1, first.Heads.Count + second.Heads.Count);
    }

    [Fact]
    public async Task An_idempotency_key_allows_a_repetition_of_a_post_without_body()
    {
        await using var first = Dying(reset: true);
        await using var second = Dying(reset: true);
        await using var gateway = await RunningGateway.StartAsync(first.Url, second.Url);

        Assert.StartsWith("HTTP/1.1 502", await gateway.SendAsync("POST /", "Idempotency-Key: 1\r\n"));

        Assert.Equal(2, first.Heads.Count + second.Heads.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_dies_under_the_next_request_is_replaced_unseen(bool reset)
    {
        // The server reads the second request of each connection before it ends it: the race that no look before use can win.
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await connection.ReadHeadAsync();
            if (reset)
            {
                connection.Reset();
            }
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);

        for (var i = 0; i < 3; i++)
        {
            Assert.EndsWith("\r\n\r\nok", await gateway.SendAsync("GET /"));
        }

        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task A_post_on_a_connection_that_dies_under_it_is_a_502_and_sent_once()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await connection.ReadHeadAsync();
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        Assert.EndsWith("\r\n\r\nok", await gateway.SendAsync("GET /"));

        Assert.StartsWith("HTTP/1.1 502", await gateway.SendAsync("POST /"));

        Assert.Equal(1, server.Heads.Count(static head => head.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Removing_a_server_closes_its_idle_connections_and_lets_running_requests_end()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /slow", StringComparison.Ordinal))
                {
                    await go.Task;
                }

                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        var slow = gateway.SendAsync("GET /slow");
        await Eventually.TrueAsync(() => server.Heads.Count == 1, "the slow request arrives");
        await gateway.SendAsync("GET /");
        Assert.Equal(2, server.Open);

        gateway.SetServers();
        go.SetResult();

        Assert.EndsWith("\r\n\r\nok", await slow);
        await Eventually.TrueAsync(() => server.Open == 0, "all connections are closed");
    }

    [Fact]
    public async Task A_change_of_another_server_opens_no_new_connection_and_the_rotation_goes_on()
    {
        await using var a = ScriptedServer.Answering("a");
        await using var b = ScriptedServer.Answering("b");
        await using var c = ScriptedServer.Answering("c");
        await using var gateway = await RunningGateway.StartAsync(a.Url, b.Url);
        List<string> bodies = [await gateway.BodyAsync(), await gateway.BodyAsync(), await gateway.BodyAsync()];

        gateway.SetServers(a.Url, b.Url, c.Url);
        gateway.SetServers(a.Url, b.Url);
        bodies.Add(await gateway.BodyAsync());

        Assert.Equal(2, bodies.Count(static body => body == "a"));
        Assert.Equal(2, bodies.Count(static body => body == "b"));
        Assert.Equal((1, 1), (a.Connections, b.Connections)); // c was knocked at, since it joined
        Assert.Empty(c.Heads);
    }

    [Fact]
    public async Task A_waiting_request_sees_a_server_that_comes()
    {
        await using var live = ScriptedServer.Answering("live");
        RunningGateway gateway = null!;
        await using var dying = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            gateway.SetServers(live.Url);
            connection.Reset();
        });
        await using (gateway = await RunningGateway.StartAsync(dying.Url))
        {
            Assert.Equal("live", await gateway.BodyAsync());
        }
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_request_to_the_server_at_once()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.UntilClosedAsync();
            closed.SetResult();
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => server.Heads.Count == 1, "the request arrives");

        socket.Dispose();

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => gateway.Completed == 1, "the request ends");
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Content-Length: 10\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nabc")]
    public async Task A_server_that_dies_in_the_body_makes_an_abort_never_a_clean_end(string rest)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\n{rest}");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());

        var text = "";
        try
        {
            var buffer = new byte[1024];
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                text += Encoding.Latin1.GetString(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // A reset says the same.
        }

        Assert.DoesNotContain("0\r\n\r\n", text.Split("\r\n\r\n", 2).ElementAtOrDefault(1) + "");
        Assert.DoesNotContain("502", text);
        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task An_http2_client_gets_a_reset_stream_when_the_server_dies_in_the_body()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        });
        await using var gateway = await RunningGateway.StartAsync(server.Url);
        using var client = RunningGateway.Http2Client();

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var answer = await client.SendAsync(gateway.Http2Request(HttpMethod.Get, "/"), default);
            await answer.Content.ReadAsStringAsync();
        });
    }

    private static ScriptedServer Dying(bool reset) => ScriptedServer.Start(async connection =>
    {
        var head = await connection.ReadHeadAsync();
        await connection.ReadBodyAsync(head!);
        if (reset)
        {
            connection.Reset();
        }
    });
}
