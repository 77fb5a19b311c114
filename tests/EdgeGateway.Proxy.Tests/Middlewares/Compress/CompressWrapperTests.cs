using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Compress;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Compress;

public sealed class CompressWrapperTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task A_stream_can_be_read_after_each_flush(string coding)
    {
        var seen = new List<string>();
        var request = Asking(coding);
        request.Service.Answer = static context => context.Http.Response.ContentType = "text/event-stream";
        request.Service.Write = async writer =>
        {
            // The head leaves before the first event, which may take long to come.
            await writer.FlushAsync();
            Assert.Equal(coding, request.Response.Headers.ContentEncoding);
            for (var i = 0; i < 3; i++)
            {
                writer.Write(Encoding.UTF8.GetBytes($"data: {i}\n\n"));
                await writer.FlushAsync();
                seen.Add(Encoding.UTF8.GetString(Partly(coding, request.Bytes)));
            }
        };

        await request.RunAsync(Build(new()));

        Assert.Equal(["data: 0\n\n", "data: 0\n\ndata: 1\n\n", "data: 0\n\ndata: 1\n\ndata: 2\n\n"], seen);
        Assert.Equal(seen[^1], Encoding.UTF8.GetString(Decoded.Read(coding, request.Bytes)));
        Assert.Null(request.Response.Headers.ContentLength);
    }

    [Theory]
    [InlineData("gzip", 300_000, true)]
    [InlineData("br", 300_000, true)]
    [InlineData("zstd", 300_000, true)]
    [InlineData("gzip", 300_000, false)]
    [InlineData("br", 70_000, false)]
    [InlineData("zstd", 70_000, false)]
    public async Task Large_bodies_arrive_whole_in_whatever_pieces_they_come(string coding, int length, bool isLengthKnown)
    {
        var random = new Random(length);
        var body = new byte[length];
        random.NextBytes(body);
        body.AsSpan(length / 3, length / 3).Fill((byte)'x');
        var request = Asking(coding);
        request.Service.Answer = context => context.Http.Response.ContentLength = isLengthKnown ? length : null;
        request.Service.Write = async writer =>
        {
            for (var at = 0; at < length;)
            {
                var piece = Math.Min(length - at, random.Next(1, 30_000));
                writer.Write(body.AsSpan(at, piece));
                at += piece;
                if (random.Next(2) == 0)
                {
                    await writer.FlushAsync();
                }
            }
        };

        await request.RunAsync(Build(new()));

        Assert.Equal(coding, request.Response.Headers.ContentEncoding);
        Assert.Equal(body, Decoded.Read(coding, request.Bytes));
    }

    [Fact]
    public async Task A_body_that_is_there_at_once_has_its_length_in_the_head()
    {
        var request = Asking("gzip");
        request.Service.Answer = static context => context.Http.Response.ContentLength = 5000;
        request.Service.Write = static writer => WriteAsync(writer, new byte[5000], flush: true);

        await request.RunAsync(Build(new()));

        Assert.Equal(request.Bytes.Length, request.Response.Headers.ContentLength);
    }

    [Fact]
    public async Task A_short_body_of_unknown_length_stays_as_it_is()
    {
        var request = Asking("br");
        request.Service.Write = static writer => WriteAsync(writer, new byte[1023], flush: false);

        await request.RunAsync(Build(new()));

        Assert.Equal(("", "Accept-Encoding", 1023), (request.Response.Headers.ContentEncoding.ToString(), request.Response.Headers.Vary.ToString(), request.Bytes.Length));
    }

    [Theory]
    [InlineData("GET", "text/plain", "Accept-Encoding")]
    [InlineData("HEAD", "text/plain", "")]
    [InlineData("GET", "application/grpc", "")]
    public async Task What_is_never_compressed_gets_no_Vary(string method, string type, string vary)
    {
        var request = Asking("gzip", method);
        request.Request.Headers.ContentType = type;
        request.Service.Answer = static context => context.Http.Response.ContentLength = 5000;

        await request.RunAsync(Build(new()));

        Assert.Equal(vary, request.Response.Headers.Vary.ToString());
    }

    [Fact]
    public async Task The_server_gets_what_the_client_accepts()
    {
        var request = await Asking("br").RunAsync(Build(new()));

        Assert.Equal("br", request.Service.Headers["Accept-Encoding"]);
    }

    [Fact]
    public async Task Middlewares_in_front_see_the_head_as_it_leaves()
    {
        var request = Asking("gzip");
        request.Service.Answer = static context => context.Http.Response.ContentLength = 5000;
        request.Service.Write = static writer => WriteAsync(writer, new byte[5000], flush: false);
        HeadersConfig removing = new() { CustomResponseHeaders = new Dictionary<string, string> { ["Vary"] = "" }.ToConfigMap() };

        await request.RunAsync(HeadersFilterTests.Build(removing), Build(new()));

        Assert.Equal(("", "gzip"), (request.Response.Headers.Vary.ToString(), request.Response.Headers.ContentEncoding.ToString()));
    }

    [Fact]
    public async Task A_body_that_breaks_off_gets_no_end()
    {
        var request = Asking("gzip");
        request.Service.Write = async writer =>
        {
            await WriteAsync(writer, new byte[5000], flush: true);
            request.Context.Abort();
        };

        await request.RunAsync(Build(new()));

        Assert.Equal(5000, Partly("gzip", request.Bytes).Length);
        Assert.NotEqual(new byte[] { 0x88, 0x13, 0, 0 }, request.Bytes[^4..]); // the length, with which a gzip body ends
    }

    [Fact]
    public async Task A_fault_gives_the_body_back()
    {
        var request = Asking("gzip");
        request.Service.Write = static _ => throw new InvalidOperationException();
        var body = request.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>();

        await Assert.ThrowsAsync<InvalidOperationException>(() => request.RunAsync(Build(new())));

        Assert.Same(body, request.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>());
    }

    [Fact]
    public void Bad_options_are_named()
    {
        Assert.Contains("mutually exclusive", Error(new() { IncludedContentTypes = ["a/b"], ExcludedContentTypes = ["c/d"] }), StringComparison.Ordinal);
        Assert.Contains("\"a b\"", Error(new() { IncludedContentTypes = ["a b"] }), StringComparison.Ordinal);
        Assert.Contains("at least one", Error(new() { Encodings = [] }), StringComparison.Ordinal);
        Assert.Contains("deflate", Error(new() { Encodings = ["deflate"] }), StringComparison.Ordinal);
        Assert.Contains("default encoding: br", Error(new() { Encodings = ["gzip"], DefaultEncoding = "br" }), StringComparison.Ordinal);
    }

    private static string Error(CompressConfig config) => MiddlewareFactoryTests.ErrorOf(new() { Compress = config })!;

    private static CompressWrapper Build(CompressConfig config) =>
        CompressWrapper.TryCreate("m@test", config, out var wrapper, out var error) ? wrapper : throw new InvalidOperationException(error);

    private static TestRequest Asking(string coding, string method = "GET")
    {
        var request = new TestRequest(method: method);
        request.Request.Headers.AcceptEncoding = coding;
        return request;
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] body, bool flush)
    {
        writer.Write(body);
        if (flush)
        {
            await writer.FlushAsync();
        }
    }

    // What a client can read of a body that has not ended.
    private static byte[] Partly(string coding, byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        using Stream decoder = coding switch
        {
            "gzip" => new System.IO.Compression.GZipStream(input, System.IO.Compression.CompressionMode.Decompress),
            "br" => new System.IO.Compression.BrotliStream(input, System.IO.Compression.CompressionMode.Decompress),
            _ => new ZstdSharp.DecompressionStream(input, checkEndOfStream: false),
        };
        var read = new List<byte>();
        try
        {
            for (var b = decoder.ReadByte(); b >= 0; b = decoder.ReadByte())
            {
                read.Add((byte)b);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // The end is missing.
        }

        return [.. read];
    }
}
