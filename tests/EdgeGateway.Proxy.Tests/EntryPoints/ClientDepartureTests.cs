using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

public sealed class ClientDepartureTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2); // the handler waits ten

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_closes_while_its_request_runs_is_noticed_at_once(bool reset)
    {
        await using var waiting = await Waiting.StartAsync();
        using (var socket = await waiting.Running.ConnectAsync())
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await waiting.Started.Task;
            if (reset)
            {
                socket.LingerState = new LingerOption(true, 0);
            }
        }

        await waiting.Aborted.Task.WaitAsync(Soon);
        Assert.Equal(reset ? ConnectionEnd.ClientReset : ConnectionEnd.ClientClosed, waiting.Connection!.End);
    }

    [Fact]
    public async Task A_client_that_closes_with_a_small_body_unread_is_noticed_at_once()
    {
        await using var waiting = await Waiting.StartAsync();
        using (var socket = await waiting.Running.ConnectAsync())
        {
            await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray());
            await waiting.Started.Task;
        }

        await waiting.Aborted.Task.WaitAsync(Soon);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_TLS_client_that_closes_while_its_request_runs_is_noticed_at_once(bool closeNotify)
    {
        await using var waiting = await Waiting.StartAsync();
        await using (var tls = await waiting.Running.ConnectTlsAsync())
        {
            await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await waiting.Started.Task;
            if (closeNotify)
            {
                await tls.ShutdownAsync(); // the socket stays open
                await waiting.Aborted.Task.WaitAsync(Soon);
            }
        }

        await waiting.Aborted.Task.WaitAsync(Soon);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task An_HTTP2_client_that_leaves_is_noticed_at_once(string scheme)
    {
        await using var waiting = await Waiting.StartAsync();
        Socket? socket = null;
        using var client = RunningEntryPoint.Client(connected => socket = connected);
        var request = client.SendAsync(waiting.Running.Request(scheme, HttpVersion.Version20), CancellationToken.None);
        await waiting.Started.Task;
        socket!.Shutdown(SocketShutdown.Send);

        await waiting.Aborted.Task.WaitAsync(Soon);
        await Assert.ThrowsAnyAsync<Exception>(() => request);
    }

    [Fact]
    public async Task An_HTTP2_stream_that_is_cancelled_aborts_only_its_request()
    {
        await using var waiting = await Waiting.StartAsync();
        using var client = RunningEntryPoint.Client();
        using var cancel = new CancellationTokenSource();
        var request = client.SendAsync(waiting.Running.Request("https", HttpVersion.Version20), cancel.Token);
        await waiting.Started.Task;
        await cancel.CancelAsync();

        await waiting.Aborted.Task.WaitAsync(Soon);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.Equal(ConnectionEnd.Open, waiting.Connection!.End);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_client_that_half_closed_while_its_request_ran()
    {
        await using var waiting = await Waiting.StartAsync();
        using var socket = await waiting.Running.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await waiting.Started.Task;
        socket.Shutdown(SocketShutdown.Send);
        await waiting.Aborted.Task.WaitAsync(Soon);

        try
        {
            Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(socket));
        }
        catch (SocketException)
        {
            // A reset says as much.
        }
    }

    [Fact]
    public async Task A_silent_client_is_let_go_after_readTimeout()
    {
        var timeouts = new EntryPointConfig
        {
            Transport = new() { RespondingTimeouts = new() { ReadTimeout = TimeSpan.FromMilliseconds(300) } },
        };
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"), timeouts);
        using var silent = await running.ConnectAsync();
        using var halfPreface = await running.ConnectAsync();
        await halfPreface.SendAsync("PRI * HTTP/2.0"u8.ToArray());
        using var halfHello = await running.ConnectAsync();
        await halfHello.SendAsync(new byte[] { 0x16, 3, 1, 2, 0, 1 });
        var clock = Stopwatch.StartNew();

        Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(silent));
        foreach (var other in new[] { halfPreface, halfHello })
        {
            Assert.Equal("", await RunningEntryPoint.ReadToEndAsync(other));
        }

        Assert.InRange(clock.ElapsedMilliseconds, 100, 5000);
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", "")] // a head that does not end
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK")] // idle after its answer
    public async Task A_slow_or_idle_client_is_let_go_without_a_word(string sent, string answered)
    {
        var timeouts = new EntryPointConfig
        {
            Transport = new() { RespondingTimeouts = new() { ReadTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1) } },
        };
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"), timeouts);
        var clock = Stopwatch.StartNew();
        var answer = await running.ExchangeAsync(sent);

        Assert.Equal(answered, answer.Split("\r\n")[0]);
        Assert.DoesNotContain("408", answer, StringComparison.Ordinal);
        Assert.InRange(clock.ElapsedMilliseconds, 500, 8000);
    }

    [Fact]
    public async Task A_stalled_handler_holds_one_buffer_of_an_upload_not_all_of_it()
    {
        var stalled = new TaskCompletionSource();
        Connection? connection = null;
        await using var running = await RunningEntryPoint.StartAsync(async context =>
        {
            connection = context.Connection;
            await stalled.Task;
        });
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"u8.ToArray());
        var chunk = new byte[65536];
        long sent = 0;

        // The kernel's buffers fill up, then the client cannot send any more.
        while (true)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            try
            {
                sent += await socket.SendAsync(chunk, SocketFlags.None, limit.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        Assert.True(sent < 64 << 20, $"{sent} bytes went in");
        Assert.InRange(connection!.BytesRead, 1, 128 * 1024);
        connection.Abort();
        stalled.SetResult();
    }

    private sealed class Waiting : IAsyncDisposable
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Connection? Connection { get; private set; }

        public RunningEntryPoint Running { get; private set; } = null!;

        public static async Task<Waiting> StartAsync()
        {
            var waiting = new Waiting();
            waiting.Running = await RunningEntryPoint.StartAsync(async context =>
            {
                waiting.Connection = context.Connection;
                waiting.Started.TrySetResult();
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(10), context.Http.RequestAborted);
                }
                catch (OperationCanceledException)
                {
                    waiting.Aborted.TrySetResult();
                    throw;
                }
            });
            return waiting;
        }

        public ValueTask DisposeAsync() => Running.DisposeAsync();
    }
}
