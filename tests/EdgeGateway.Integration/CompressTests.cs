using System.IO.Compression;
using System.Net;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The compress middleware through the real executable and both forwarders.</summary>
public sealed class CompressTests
{
    private static readonly string[] Tags =
        ["traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=gz", "traefik.http.middlewares.gz.compress=true"];

    public static TheoryData<string, string> Codings => new()
    {
        { "gzip", "own" }, { "br", "own" }, { "zstd", "own" }, { "gzip", "yarp" }, { "zstd", "yarp" },
    };

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task Events_arrive_one_by_one_and_trailers_after_them(string coding, string forwarder)
    {
        var next = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n");
                for (var i = 0; i < 3; i++)
                {
                    await next.WaitAsync(Limit());
                    await connection.SendAsync($"9\r\ndata: {i}\n\n\r\n");
                }

                await next.WaitAsync(Limit());
                await connection.SendAsync("0\r\nX-T: end\r\n\r\n");
            }
        });
        await using var stage = await StartAsync(server, forwarder);
        using var client = Stage.Client(stage.Web);
        for (var request = 0; request < 2; request++)
        {
            // The head comes before the first event; YARP's own way is to send it with the first bytes.
            if (forwarder == "yarp")
            {
                next.Release();
            }

            using var answer = await client.SendAsync(Ask(coding), Limit());
            Assert.Equal([coding], answer.Content.Headers.ContentEncoding);
            await using var body = await answer.Content.ReadAsStreamAsync();
            await using var events = Decoder(coding, body);
            for (var i = 0; i < 3; i++)
            {
                if (i > 0 || forwarder != "yarp")
                {
                    next.Release();
                }

                var read = new byte[9];
                await events.ReadExactlyAsync(read, Limit());
                Assert.Equal($"data: {i}\n\n", Encoding.ASCII.GetString(read));
            }

            next.Release();
            Assert.Equal(0, await events.ReadAsync(new byte[1], Limit()));
            Assert.Equal(0, await body.ReadAsync(new byte[1], Limit()));
            Assert.Equal(["end"], answer.TrailingHeaders.GetValues("X-T"));
        }
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task A_large_body_arrives_whole_and_one_that_breaks_off_is_seen_to(string coding, string forwarder)
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(static i => $"line {i}\n"));
        var cut = false;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n");
                await connection.SendAsync(cut ? text[..300_000] : text);
                if (cut)
                {
                    return;
                }
            }
        });
        await using var stage = await StartAsync(server, forwarder);
        using var client = Stage.Client(stage.Web);

        using var whole = await client.SendAsync(Ask(coding), Limit());
        Assert.Equal((coding, "Accept-Encoding"), (whole.Content.Headers.ContentEncoding.Single(), whole.Headers.Vary.Single()));
        await using var decoder = Decoder(coding, await whole.Content.ReadAsStreamAsync());
        Assert.Equal(text, await new StreamReader(decoder).ReadToEndAsync(Limit()));

        cut = true;
        var fault = await Record.ExceptionAsync(async () =>
        {
            using var part = await client.SendAsync(Ask(coding), Limit());
            await part.Content.CopyToAsync(Stream.Null, Limit());
        });
        Assert.True(fault is HttpRequestException or IOException, fault?.ToString() ?? "the end looks clean");
    }

    [Fact]
    public async Task The_access_log_tells_what_the_client_was_sent()
    {
        await using var server = ScriptedServer.Answering(new string('x', 100_000));
        await using var stage = await StartAsync(server, "own");
        using var client = Stage.Client(stage.Web);

        using var answer = await client.SendAsync(Ask("gzip"), Limit());
        var sent = (await answer.Content.ReadAsByteArrayAsync()).Length;

        Assert.InRange(sent, 20, 2000);
        await stage.Gateway.LoggedAsync($"\"GET / HTTP/1.1\" 200 {sent} ");
    }

    private static async Task<Stage> StartAsync(ScriptedServer server, string forwarder)
    {
        var stage = await Stage.StartAsync(n => n.Register("a1", "a", server.Port, Tags), more: [$"--edge.http1Forwarder={forwarder}", "--accesslog=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        return stage;
    }

    private static HttpRequestMessage Ask(string coding) =>
        new(HttpMethod.Get, "http://a.test/") { Headers = { { "Accept-Encoding", coding } } };

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private static Stream Decoder(string coding, Stream body) => coding switch
    {
        "gzip" => new GZipStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => new ZstdSharp.DecompressionStream(body),
    };
}
