using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The buffering middleware through the real executable and both forwarders.</summary>
public sealed class BufferingTests
{
    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task Large_bodies_go_through_a_file_and_arrive_whole_with_their_length(string forwarder)
    {
        var upload = RandomNumberGenerator.GetHexString(3_000_000);
        var answerText = RandomNumberGenerator.GetHexString(2_000_000);
        var uploaded = "";
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                uploaded = await connection.ReadBodyAsync(head);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                foreach (var chunk in answerText.Chunk(500_000))
                {
                    await connection.SendAsync($"{chunk.Length:x}\r\n{new string(chunk)}\r\n");
                }

                await connection.SendAsync("0\r\n\r\n");
            }
        });
        await using var stage = await StartAsync(server, forwarder, "buffering.memRequestBodyBytes=100000", "buffering.memResponseBodyBytes=70000");
        using var client = Stage.Client(stage.Web);
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            uploaded = "";
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://a.test/")
            {
                Content = new ChunkedContent(upload), Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var answer = await client.SendAsync(request, Limit());

            Assert.Equal((200, (long?)answerText.Length), ((int)answer.StatusCode, answer.Content.Headers.ContentLength));
            Assert.Equal(answerText, await answer.Content.ReadAsStringAsync(Limit()));
            Assert.Equal(upload, uploaded);
        }

        Assert.All(server.Heads, head => Assert.Contains($"Content-Length: {upload.Length}\r\n", head, StringComparison.OrdinalIgnoreCase));
        Assert.All(server.Heads, static head => Assert.DoesNotContain("Transfer-Encoding", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task While_it_is_kept_the_file_has_no_name_and_afterwards_it_is_gone()
    {
        var next = new SemaphoreSlim(0);
        var arrived = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.ReadBodyAsync(head);
                Assert.StartsWith("POST / ", head, StringComparison.Ordinal);
                arrived.TrySetResult();
                await next.WaitAsync(Limit());
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        var folder = Directory.CreateTempSubdirectory("edge-kept-").FullName;
        await using var stage = await StartAsync(server, "own", ["buffering.memRequestBodyBytes=1000"], new() { ["TMPDIR"] = folder });
        using var client = Stage.Client(stage.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://a.test/") { Content = new ByteArrayContent(new byte[200_000]) };
        var answering = client.SendAsync(request, Limit());
        await arrived.Task.WaitAsync(Limit());

        Assert.Single(OpenIn(folder, stage));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder), static name => name.EndsWith(".body", StringComparison.Ordinal));
        next.Release();
        using var answer = await answering;
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Limit()));
        await stage.UntilAsync(() => Task.FromResult(OpenIn(folder, stage).Count == 0), TimeSpan.FromSeconds(20));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_server_is_asked_when_the_whole_request_is_there_and_never_when_the_client_leaves_before()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await StartAsync(server, "own", "buffering.maxRequestBodyBytes=100");
        using (var leaving = await ConnectAsync(stage))
        {
            await leaving.SendAsync("POST /left HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n01234"u8.ToArray());
            leaving.Shutdown(SocketShutdown.Send);
            Assert.Equal("", await ReadToEndAsync(leaving)); // nothing is written to a client that left
        }

        using var client = await ConnectAsync(stage);
        await client.SendAsync("POST /whole HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 10\r\n\r\n01234"u8.ToArray());
        Assert.Equal("ok", await stage.GetAsync("a.test", "/between"));
        await client.SendAsync("56789"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await ReadToEndAsync(client), StringComparison.Ordinal);

        Assert.Equal(["GET /between", "POST /whole"], server.Heads.Select(static head => head[..head.IndexOf(" HTTP", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task A_broken_chunk_is_answered_500_and_the_server_never_asked()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await StartAsync(server, "own", "buffering.maxRequestBodyBytes=100");
        using var client = await ConnectAsync(stage);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"u8.ToArray());

        var answer = await ReadToEndAsync(client);

        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(server.Heads);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task An_answer_that_has_no_end_is_stopped_and_replaced_and_the_client_goes_on(string forwarder)
    {
        var stopped = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /short", StringComparison.Ordinal))
                {
                    await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    continue;
                }

                await connection.SendAsync("HTTP/1.1 200 OK\r\nX-Server: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
                try
                {
                    while (true)
                    {
                        await connection.SendAsync("a\r\n0123456789\r\n");
                    }
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    stopped.TrySetResult();
                    return;
                }
            }
        });
        await using var stage = await StartAsync(server, forwarder, "buffering.maxResponseBodyBytes=100000", "buffering.memResponseBodyBytes=1000");
        using var client = await ConnectAsync(stage);
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.Latin1);

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
        var head = await HeadAsync(reader);
        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Server", head, StringComparison.OrdinalIgnoreCase);
        var body = new char[21];
        await reader.ReadBlockAsync(body, Limit());
        Assert.Equal("Internal Server Error", new string(body));
        await stopped.Task.WaitAsync(Limit());

        await stream.WriteAsync("GET /short HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await HeadAsync(reader), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task A_server_that_breaks_off_is_asked_again_with_the_whole_body_as_the_expression_says(string forwarder)
    {
        var bodies = new List<string>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                bodies.Add(await connection.ReadBodyAsync(head));
                switch (bodies.Count)
                {
                    case 1:
                        return; // without an answer
                    case 2:
                        await connection.SendAsync("HTTP/1.1 200 OK\r\nX-Cut: 1\r\nContent-Length: 10\r\n\r\n0123");
                        return; // within one
                    case 3:
                        await connection.SendAsync("HTTP/1.1 504 X\r\nX-Three: 1\r\nContent-Length: 4\r\n\r\nslow");
                        continue;
                    default:
                        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere");
                        continue;
                }
            }
        });
        await using var stage = await StartAsync(server, forwarder, "buffering.retryExpression=IsNetworkError() && Attempts() <= 5", "buffering.memRequestBodyBytes=10");
        using var client = Stage.Client(stage.Web);
        var text = new string('x', 100_000);

        using var answer = await client.SendAsync(new(HttpMethod.Post, "http://a.test/") { Content = new StringContent(text) }, Limit());

        Assert.Equal((200, "there"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Limit())));
        Assert.Equal(Enumerable.Repeat(text, 4), bodies);
        Assert.False(answer.Headers.Contains("X-Cut") || answer.Headers.Contains("X-Three"));
    }

    [Theory]
    [InlineData("own")]
    [InlineData("yarp")]
    public async Task Trailers_stay_and_a_tunnel_is_a_tunnel(string forwarder)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                if (head.Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
                {
                    await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                    while (await connection.ReadSomeAsync() is { IsEmpty: false } some)
                    {
                        await connection.SendAsync(some);
                    }

                    return;
                }

                await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: end\r\n\r\n");
            }
        });
        await using var stage = await StartAsync(server, forwarder, "buffering.maxResponseBodyBytes=10");
        using (var client = Stage.Client(stage.Web))
        {
            using var answer = await client.SendAsync(new(HttpMethod.Get, "http://a.test/"), Limit());
            Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Limit()));
            Assert.Equal(["end"], answer.TrailingHeaders.GetValues("X-T"));
        }

        using var socket = await ConnectAsync(stage);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var head = await HeadAsync(reader);
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", head, StringComparison.Ordinal);
        Assert.Contains("X-Out: 1\r\n", head, StringComparison.OrdinalIgnoreCase); // a filter in front of it
        var echo = new char[4];
        for (var i = 0; i < 20; i++)
        {
            await stream.WriteAsync("ping"u8.ToArray());
            await reader.ReadBlockAsync(echo, Limit());
            Assert.Equal("ping", new string(echo));
        }
    }

    [Fact]
    public async Task Without_a_folder_for_files_a_long_body_is_answered_500_with_a_message_that_says_so()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await StartAsync(
            server, "own", ["buffering.memRequestBodyBytes=10"], new() { ["TMPDIR"] = "/proc/nowhere", ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.GetTempPath() });
        using var client = Stage.Client(stage.Web);
        foreach (var (length, status) in ((int, int)[])[(10, 200), (11, 500), (10, 200)])
        {
            using var answer = await client.SendAsync(new(HttpMethod.Post, "http://a.test/") { Content = new ByteArrayContent(new byte[length]) }, Limit());
            Assert.Equal(status, (int)answer.StatusCode);
        }

        await stage.Gateway.LoggedAsync("EG-BUFFER-FILE");
        Assert.Equal(2, server.Heads.Count);
    }

    private static Task<Stage> StartAsync(ScriptedServer server, string forwarder, params string[] options) => StartAsync(server, forwarder, options, null);

    private static async Task<Stage> StartAsync(ScriptedServer server, string forwarder, string[] options, Dictionary<string, string>? environment)
    {
        string[] tags =
        [
            "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=out,buf",
            "traefik.http.middlewares.out.headers.customresponseheaders.X-Out=1", .. options.Select(static o => "traefik.http.middlewares.buf." + o),
        ];
        var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", server.Port, tags), more: [$"--edge.http1Forwarder={forwarder}"], environment: _ => environment ?? []);
        await stage.Gateway.ListeningAsync(stage.Web);
        return stage;
    }

    // What the gateway has open of a folder, also without a name.
    private static List<string> OpenIn(string folder, Stage stage) =>
    [
        .. Directory.EnumerateFileSystemEntries($"/proc/{stage.Gateway.Process.Id}/fd").Select(static link => new FileInfo(link).LinkTarget ?? "")
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal)),
    ];

    private static async Task<Socket> ConnectAsync(Stage stage)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, stage.Web);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var piece = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(piece, Limit())) > 0;)
            {
                text.Append(Encoding.Latin1.GetString(piece, 0, read));
            }
        }
        catch (SocketException)
        {
            // Reset: closed, too.
        }

        return text.ToString();
    }

    private static async Task<string> HeadAsync(StreamReader reader)
    {
        var head = new StringBuilder();
        while (await reader.ReadLineAsync(Limit()) is { Length: > 0 } line)
        {
            head.Append(line).Append("\r\n");
        }

        return head.ToString();
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    // Without a length, so that it goes in chunks.
    private sealed class ChunkedContent(string text) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var piece in text.Chunk(100_000))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(piece));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
