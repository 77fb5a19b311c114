using System.Net;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class ProtocolTests
{
    [Fact]
    public async Task One_port_serves_http1_h2c_and_https_with_both()
    {
        await using var running = await RunningEntryPoint.StartAsync(context =>
            RunningEntryPoint.Answer(context, $"{context.Http.Request.Protocol} {context.Http.Request.Scheme} {context.Connection.Alpn ?? "-"}"));
        using var client = RunningEntryPoint.Client();

        async Task<string> Get(string scheme, Version version)
        {
            using var response = await client.SendAsync(running.Request(scheme, version), CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.False(response.Headers.Contains("Server"));
            Assert.True(response.Headers.Contains("Date"));
            return await response.Content.ReadAsStringAsync();
        }

        Assert.Equal("HTTP/1.1 http -", await Get("http", HttpVersion.Version11));
        Assert.Equal("HTTP/1.0 http -", await Get("http", HttpVersion.Version10));
        Assert.Equal("HTTP/2 http -", await Get("http", HttpVersion.Version20));
        Assert.Equal("HTTP/1.1 https -", await Get("https", HttpVersion.Version11));
        Assert.Equal("HTTP/2 https h2", await Get("https", HttpVersion.Version20));
    }

    [Fact]
    public async Task Keep_alive_carries_many_requests_and_counts_bytes_at_the_socket()
    {
        await using var running = await RunningEntryPoint.StartAsync(context =>
            RunningEntryPoint.Answer(context, $"{context.Connection.Requests}"));
        using var client = RunningEntryPoint.Client();
        for (var i = 1; i <= 20; i++)
        {
            using var response = await client.SendAsync(running.Request("http", HttpVersion.Version11), CancellationToken.None);
            Assert.Equal($"{i}", await response.Content.ReadAsStringAsync());
        }

        var connection = Assert.Single(running.EntryPoint.Connections);
        Assert.InRange(connection.BytesRead, 20 * 30, 20 * 400);
        Assert.InRange(connection.BytesWritten, 20 * 50, 20 * 400);
        Assert.Equal("127.0.0.1", connection.PeerAddressText);
    }

    [Theory]
    [InlineData("GET /\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    [InlineData("HELP\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    [InlineData("PRI * HT\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    public async Task An_opening_under_fourteen_bytes_is_answered(string opening, string status)
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"));

        Assert.StartsWith(status, await running.ExchangeAsync(opening), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_cut_into_single_bytes_is_served()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "ok"));
        using var socket = await running.ConnectAsync();
        socket.NoDelay = true;
        foreach (var character in "PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray())
        {
            await socket.SendAsync(new[] { character });
        }

        Assert.EndsWith("\r\n\r\nok", await RunningEntryPoint.ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_raw_target_reaches_the_handler_byte_for_byte()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context,
            context.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget));

        Assert.EndsWith("\r\n\r\n/a%2Fb/../%41?x=%zz", await running.ExchangeAsync(
            "GET /a%2Fb/../%41?x=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_a_handler_lets_out_is_a_500_and_the_connection_goes_on()
    {
        await using var running = await RunningEntryPoint.StartAsync(async _ =>
        {
            await Task.Yield();
            throw new InvalidOperationException("boom");
        });
        using var client = RunningEntryPoint.Client();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version11, HttpVersion.Version20, HttpVersion.Version20 })
        {
            using var response = await client.SendAsync(running.Request("http", version), CancellationToken.None);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }

        Assert.Equal(2, running.EntryPoint.ConnectionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upgraded_connection_is_a_tunnel_both_ways(bool overTls)
    {
        await using var running = await RunningEntryPoint.StartAsync(async context =>
        {
            context.Http.Response.Headers.Upgrade = "echo";
            await using var tunnel = await context.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!.UpgradeAsync();
            var buffer = new byte[100];
            int read;
            while ((read = await tunnel.ReadAsync(buffer)) > 0)
            {
                await tunnel.WriteAsync(buffer.AsMemory(0, read));
            }
        });
        await using Stream client = overTls ? await running.ConnectTlsAsync()
            : new System.Net.Sockets.NetworkStream(await running.ConnectAsync(), ownsSocket: true);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"u8.ToArray());
        var head = new byte[1000];
        var length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            length += await client.ReadAsync(head.AsMemory(length));
        }

        Assert.StartsWith("HTTP/1.1 101 ", System.Text.Encoding.ASCII.GetString(head, 0, length), StringComparison.Ordinal);
        for (byte i = 0; i < 10; i++)
        {
            await client.WriteAsync(new[] { i, i });
            var echo = new byte[2];
            await client.ReadExactlyAsync(echo);
            Assert.Equal([i, i], echo);
        }
    }

    [Fact]
    public async Task A_handler_that_throws_after_the_head_never_ends_clean()
    {
        await using var running = await RunningEntryPoint.StartAsync(async context =>
        {
            await context.Http.Response.BodyWriter.WriteAsync("part"u8.ToArray());
            await context.Http.Response.BodyWriter.FlushAsync();
            throw new InvalidOperationException("boom");
        });
        using var client = RunningEntryPoint.Client();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var response = await client.SendAsync(running.Request("http", version), CancellationToken.None);
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task The_last_allowed_request_says_close()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"),
            new Configuration.Static.EntryPointConfig { Transport = new() { KeepAliveMaxRequests = 2 } });

        var answers = await running.ExchangeAsync(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(2, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Single(answers.Split("\r\n"), "Connection: close");
    }

    [Fact]
    public async Task A_large_body_passes_both_ways_unchanged()
    {
        await using var running = await RunningEntryPoint.StartAsync(async context =>
        {
            // Not an echo while it is read: an HTTP/1 client may send all before it reads.
            using var all = new MemoryStream();
            await context.Http.Request.Body.CopyToAsync(all);
            context.Http.Response.ContentLength = all.Length;
            all.Position = 0;
            await all.CopyToAsync(context.Http.Response.Body);
        });
        using var client = RunningEntryPoint.Client();
        var body = new byte[5_000_000];
        new Random(1).NextBytes(body);
        foreach (var (scheme, version) in new[]
        {
            ("http", HttpVersion.Version11), ("http", HttpVersion.Version20), ("https", HttpVersion.Version11), ("https", HttpVersion.Version20),
        })
        {
            using var request = running.Request(scheme, version);
            request.Method = HttpMethod.Post;
            request.Content = new ByteArrayContent(body);
            using var response = await client.SendAsync(request, CancellationToken.None);
            Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Latin1_headers_pass()
    {
        await using var running = await RunningEntryPoint.StartAsync(context =>
        {
            context.Http.Response.Headers["X-Out"] = context.Http.Request.Headers["X-In"];
            return RunningEntryPoint.Answer(context, "x");
        });

        Assert.Contains("X-Out: caf\u00e9\r\n", await running.ExchangeAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nX-In: caf\u00e9\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }
}
