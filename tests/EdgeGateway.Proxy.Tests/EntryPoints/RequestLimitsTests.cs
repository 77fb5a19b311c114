using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

/// <summary>The time limits of an entry point, over sockets.</summary>
public sealed class RequestLimitsTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("Content-Length: 6", "ab", true)]
    [InlineData("Transfer-Encoding: chunked", "2\r\nab\r\n", true)]
    [InlineData("Content-Length: 6", "ab", false)]
    [InlineData("Content-Length: 6", "", true)]
    public async Task A_body_slower_than_readTimeout_is_answered_504_and_ends_the_connection(string framing, string begin, bool clear)
    {
        await using var server = ScriptedServer.Start(
            static async connection =>
            {
                if (await connection.ReadHeadAsync() is { } head)
                {
                    await connection.ReadBodyAsync(head);
                    await connection.UntilClosedAsync();
                }
            },
            certificate: clear ? null : EdgeGateway.Proxy.Tls.DefaultCertificate.Create(TimeProvider.System));
        await using var gateway = await CompiledGateway.StartAsync(Limits(readTimeout: Short));
        var service = CompiledGateway.Service("a", server.Url);
        gateway.Publish([(service.Name, service.Balancer with { ServersTransport = "x" })], ("x", new() { InsecureSkipVerify = true }));
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a.test\r\n{framing}\r\n\r\n{begin}"));

        var answer = await RunningEntryPoint.ReadToEndAsync(socket);

        Assert.StartsWith("HTTP/1.1 504 Gateway Timeout\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nGateway Timeout", answer, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => server.Open == 0, "the server still waits for the body");
    }

    [Fact]
    public async Task Over_HTTP2_a_slow_body_costs_its_stream_only()
    {
        await using var server = ScriptedServer.Start(static async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.ReadBodyAsync(head);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var gateway = await CompiledGateway.StartAsync(Limits(readTimeout: Short));
        gateway.Publish([CompiledGateway.Service("a", server.Url)]);
        using var client = RunningGateway.Http2Client();
        using var slow = Http2("/slow");
        slow.Content = new StallingContent();
        using var answer = await client.SendAsync(slow, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);

        using var quick = Http2("/quick");
        quick.Content = new StringContent("body");
        using var second = await client.SendAsync(quick, CancellationToken.None);
        Assert.Equal("ok", await second.Content.ReadAsStringAsync());

        HttpRequestMessage Http2(string path) => new(HttpMethod.Post, $"http://127.0.0.1:{gateway.Port}{path}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Headers = { Host = "a.test" },
        };
    }

    [Fact]
    public async Task A_body_in_time_may_wait_for_its_answer_and_the_connection_goes_on()
    {
        await using var server = ScriptedServer.Start(static async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                var body = await connection.ReadBodyAsync(head);
                await Task.Delay(Long * 1.5);
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        await using var gateway = await CompiledGateway.StartAsync(Limits(readTimeout: Long));
        gateway.Publish([CompiledGateway.Service("a", server.Url)]);
        using var socket = await gateway.ConnectAsync();
        foreach (var body in new[] { "first", "second" })
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", await RunningGateway.ReadUntilAsync(socket, $"\r\n\r\n{body}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_answer_slower_than_writeTimeout_is_cut_off()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var running = await RunningEntryPoint.StartAsync(
            async context =>
            {
                context.Http.RequestAborted.Register(left.SetResult);
                await context.Http.Response.BodyWriter.WriteAsync("begin"u8.ToArray());
                await left.Task;
            },
            Limits(writeTimeout: Short));
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAsync<SocketException>(() => RunningEntryPoint.ReadToEndAsync(socket));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task WriteTimeout_counts_for_each_request_anew()
    {
        await using var running = await RunningEntryPoint.StartAsync(
            async context =>
            {
                await Task.Delay(Long / 2);
                await RunningEntryPoint.Answer(context, "x");
            },
            Limits(writeTimeout: Long));
        using var socket = await running.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nx");
        }
    }

    [Theory]
    [InlineData(2000, 0)]
    [InlineData(0, 2000)]
    public async Task An_idle_connection_is_closed_after_idleTimeout_or_without_one_after_readTimeout(int idle, int read)
    {
        await using var running = await RunningEntryPoint.StartAsync(
            static context => RunningEntryPoint.Answer(context, "x"),
            new EntryPointConfig
            {
                Transport = new() { RespondingTimeouts = new() { IdleTimeout = TimeSpan.FromMilliseconds(idle), ReadTimeout = TimeSpan.FromMilliseconds(read) } },
            });
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        Assert.EndsWith("\r\n\r\nx", await RunningEntryPoint.ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_request_that_keepAliveMaxRequests_allows_is_answered_with_close()
    {
        await using var running = await RunningEntryPoint.StartAsync(
            static context => RunningEntryPoint.Answer(context, "x"), new EntryPointConfig { Transport = new() { KeepAliveMaxRequests = 2 } });

        var answers = await running.ExchangeAsync(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 3)));

        Assert.Equal(2, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(1, answers.Split("Connection: close").Length - 1);
    }

    [Fact]
    public async Task A_connection_older_than_keepAliveMaxTime_ends_with_its_next_answer()
    {
        var age = TimeSpan.FromMinutes(10); // no machine is so busy that its first answer comes later
        var clock = new SteppedClock();
        await using var running = await RunningEntryPoint.StartAsync(
            static context => RunningEntryPoint.Answer(context, "x"), new EntryPointConfig { Transport = new() { KeepAliveMaxTime = age } }, time: clock);
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.DoesNotContain("close", await RunningGateway.ReadUntilAsync(socket, "\r\n\r\nx"), StringComparison.Ordinal);
        clock.Step(age);

        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        Assert.Contains("Connection: close\r\n", await RunningEntryPoint.ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    private static EntryPointConfig Limits(TimeSpan readTimeout = default, TimeSpan writeTimeout = default) => new()
    {
        Transport = new() { RespondingTimeouts = new() { ReadTimeout = readTimeout, WriteTimeout = writeTimeout } },
    };

    // One byte, then nothing.
    private sealed class StallingContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("x"u8.ToArray());
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite, new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
