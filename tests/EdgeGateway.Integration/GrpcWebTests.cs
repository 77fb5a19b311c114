using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The grpcWeb middleware through the real executable: a browser's side over HTTP/1.1 and HTTP/2, gRPC servers behind it.</summary>
public sealed class GrpcWebTests
{
    private const string Web = "application/grpc-web";
    private const string Text = "application/grpc-web-text";

    public static TheoryData<string, string, bool> Ways => new()
    {
        { Web, "h2c", false }, { Web, "h2c", true }, { Text, "h2c", false }, { Text, "h2c", true }, { Web, "https", false }, { Text, "https", true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_come_one_by_one_and_the_trailers_behind_them(string type, string scheme, bool http2)
    {
        using var certificate = TagTransportTests.SelfSigned();
        await using var server = await GrpcEcho.StartAsync(scheme == "https" ? certificate : null);
        await using var stage = await StartAsync(server.Port, scheme);
        using var client = Stage.Client(stage.Web);
        var upload = new Pipe();
        using var request = Ask(type, new PipeContent(upload.Reader), http2);
        string[] more = ["second", "3", new string('x', 3000)];

        // The server answers each message when it has it. Over HTTP/2 the next one is sent when the answer to the one before is here; over
        // HTTP/1.1 this client, as browsers do, sends all before it reads.
        await SendAsync(upload.Writer, type, "one");
        if (!http2)
        {
            foreach (var message in more)
            {
                await SendAsync(upload.Writer, type, message);
            }

            await upload.Writer.CompleteAsync();
        }

        using var answer = await client.SendAsync(request, Limit());
        Assert.Equal((200, type, "http://page"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString(), answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        var frames = new FrameReader(await answer.Content.ReadAsStreamAsync(Limit()), type);
        Assert.Equal((0, "one"), await frames.NextAsync());
        foreach (var message in more)
        {
            if (http2)
            {
                await SendAsync(upload.Writer, type, message);
            }

            Assert.Equal((0, message), await frames.NextAsync());
        }

        await upload.Writer.CompleteAsync();
        Assert.Equal((0x80, "grpc-message: fine\r\ngrpc-status: 0\r\n"), await frames.NextAsync());
        await frames.EndsAsync();
        Assert.Empty(answer.TrailingHeaders);
    }

    [Theory]
    [InlineData(Web)]
    [InlineData(Text)]
    public async Task A_refusal_that_is_a_head_alone_stays_one(string type)
    {
        await using var server = await GrpcEcho.StartAsync();
        await using var stage = await StartAsync(server.Port, "h2c");
        using var client = Stage.Client(stage.Web);
        using var request = Ask(type, new ByteArrayContent(Encoded(type, "x")), http2: false);
        request.RequestUri = new("http://a.test/refused");

        using var answer = await client.SendAsync(request, Limit());

        Assert.Equal((200, "7", ""), ((int)answer.StatusCode, answer.Headers.GetValues("grpc-status").Single(), await answer.Content.ReadAsStringAsync(Limit())));
        Assert.Contains("grpc-status", answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_HTTP1_streams_too_and_its_trailers_make_the_same_frame()
    {
        var next = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.ReadBodyAsync(head);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n");
                foreach (var message in (string[])["one", "two"])
                {
                    await connection.SendAsync($"8\r\n{Encoding.ASCII.GetString(GrpcEcho.Frame(Encoding.ASCII.GetBytes(message)))}\r\n");
                    await next.WaitAsync(Limit());
                }

                await connection.SendAsync("0\r\ngrpc-status: 0\r\n\r\n");
            }
        });
        await using var stage = await StartAsync(server.Port, "http");
        using var client = Stage.Client(stage.Web);
        foreach (var type in (string[])[Web, Text])
        {
            using var request = Ask(type, new ByteArrayContent(Encoded(type, "x")), http2: false);
            using var answer = await client.SendAsync(request, Limit());
            var frames = new FrameReader(await answer.Content.ReadAsStreamAsync(Limit()), type);

            // The server goes on when the message before is here: each leaves at once.
            Assert.Equal((0, "one"), await frames.NextAsync());
            next.Release();
            Assert.Equal((0, "two"), await frames.NextAsync());
            next.Release();
            Assert.Equal((0x80, "grpc-status: 0\r\n"), await frames.NextAsync());
            await frames.EndsAsync();
        }

        Assert.All(server.Heads, static head => Assert.Contains("Content-Type: application/grpc\r\n", head, StringComparison.OrdinalIgnoreCase));
        Assert.All(server.Heads, static head => Assert.Contains("Te: trailers\r\n", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Without_a_server_the_page_sees_the_gateways_answer_and_a_stranger_sees_nothing()
    {
        await using var stage = await StartAsync(ScriptedServer.ClosedPort(), "h2c");
        using var client = Stage.Client(stage.Web);
        foreach (var (origin, isAllowed) in ((string, bool)[])[("http://page", true), ("http://other", false)])
        {
            using var request = Ask(Text, new ByteArrayContent(Encoded(Text, "x")), http2: false);
            request.Headers.Remove("Origin");
            request.Headers.Add("Origin", origin);
            using var answer = await client.SendAsync(request, Limit());
            Assert.Equal((502, "Bad Gateway", isAllowed), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Limit()), answer.Headers.Contains("Access-Control-Allow-Origin")));
        }
    }

    [Fact]
    public async Task A_text_body_that_is_no_base64_is_answered_500()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await StartAsync(server.Port, "http");
        using var client = Stage.Client(stage.Web);
        using var request = Ask(Text, new StringContent("AA*A"), http2: false);
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(Text);

        using var answer = await client.SendAsync(request, Limit());

        Assert.Equal(500, (int)answer.StatusCode);
    }

    private static async Task<Stage> StartAsync(int port, string scheme)
    {
        List<string> tags =
        [
            "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=gw", "traefik.http.middlewares.gw.grpcweb.alloworigins=http://page",
            $"traefik.http.services.a.loadbalancer.server.scheme={scheme}",
        ];
        if (scheme == "https")
        {
            tags.AddRange(["traefik.http.services.a.loadbalancer.serverstransport=self", "edge.http.serversTransports.self.insecureSkipVerify=true"]);
        }

        var stage = await Stage.StartAsync(n => n.Register("a1", "a", port, [.. tags]), more: ["--edge.policy.insecureSkipVerifyFromTags=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        return stage;
    }

    private static HttpRequestMessage Ask(string type, HttpContent content, bool http2)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return new(HttpMethod.Post, "http://a.test/echo.Echo/Stream")
        {
            Content = content,
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "Origin", "http://page" }, { "X-Grpc-Web", "1" } },
        };
    }

    private static byte[] Encoded(string type, string message)
    {
        var frame = GrpcEcho.Frame(Encoding.ASCII.GetBytes(message));
        return type == Text ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame;
    }

    private static async Task SendAsync(PipeWriter upload, string type, string message) => await upload.WriteAsync(Encoded(type, message), Limit());

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    // Base64 comes in groups, which may hold the end of one frame and the begin of the next.
    private sealed class FrameReader(Stream body, string type)
    {
        private readonly List<byte> _read = [];

        public async Task<(int Kind, string Message)> NextAsync()
        {
            while (_read.Count < 5 || _read.Count < LengthOf(_read))
            {
                var piece = new byte[type == Text ? 4 : 1];
                await body.ReadExactlyAsync(piece, Limit());
                _read.AddRange(type == Text ? Convert.FromBase64String(Encoding.ASCII.GetString(piece)) : piece);
            }

            var length = LengthOf(_read);
            var frame = (_read[0], Encoding.ASCII.GetString([.. _read[5..length]]));
            _read.RemoveRange(0, length);
            return frame;
        }

        private static int LengthOf(List<byte> read) => 5 + BinaryPrimitives.ReadInt32BigEndian([.. read[1..5]]);

        public async Task EndsAsync()
        {
            Assert.Empty(_read);
            Assert.Equal(0, await body.ReadAsync(new byte[1], Limit()));
        }
    }

    // Sends what is written to a pipe as it comes.
    private sealed class PipeContent(PipeReader reader) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                var result = await reader.ReadAsync(Limit());
                foreach (var piece in result.Buffer)
                {
                    await stream.WriteAsync(piece);
                }

                await stream.FlushAsync();
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
