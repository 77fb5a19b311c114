using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Middlewares.Compress;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.ContentType;

public sealed class ContentTypeWrapperTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("contentType.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Types_are_guessed_as_in_the_corpus(ConformanceCase test)
    {
        var request = new TestRequest();
        if (test.Text("backend", "contentType") is { Length: > 0 } type)
        {
            request.Service.Answer = context => context.Http.Response.ContentType = type;
        }

        request.Service.Write = Writing(test.Text("backend", "body"));

        await request.RunAsync(test.Flag("middlewareEnabled") ? [Build(new() { ContentType = new() })] : []);

        Assert.Equal((test.Text("expect", "contentType"), "Test"), (request.Response.Headers.ContentType.ToString(), request.Body));
    }

    [Fact]
    public async Task The_first_512_bytes_decide_however_they_come()
    {
        var request = new TestRequest();
        request.Service.Write = async writer =>
        {
            await writer.FlushAsync();
            Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
            foreach (var c in "<html>" + new string('x', 1000))
            {
                writer.Write([(byte)c]);
            }

            await writer.FlushAsync();
            writer.Write("end"u8);
        };

        await request.RunAsync(Build(new() { ContentType = new() }));

        Assert.Equal(("text/html; charset=utf-8", 1009), (request.Response.Headers.ContentType.ToString(), request.Body.Length));
    }

    [Theory]
    [InlineData(204, null, "GET")]
    [InlineData(304, null, "GET")]
    [InlineData(200, 0L, "GET")]
    [InlineData(200, 10L, "HEAD")]
    public async Task Where_there_is_no_body_nothing_is_guessed(int status, long? length, string method)
    {
        var request = new TestRequest(method: method);
        request.Service.Answer = context => (context.Http.Response.StatusCode, context.Http.Response.ContentLength) = (status, length);

        await request.RunAsync(Build(new() { ContentType = new() }));

        Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
    }

    [Fact]
    public async Task Switched_off_it_does_nothing()
    {
        var request = new TestRequest();
        request.Service.Write = Writing("Test");

        await request.RunAsync(Build(new() { ContentType = new() { AutoDetect = false } }));

        Assert.False(request.Response.Headers.ContainsKey("Content-Type"));
    }

    [Theory]
    [InlineData("gzip", "text/html; charset=utf-8")]
    [InlineData("br", "")]
    public async Task What_is_compressed_behind_it_is_guessed_from_before_it_was(string coding, string type)
    {
        var text = "<html>" + new string('x', 5000);
        foreach (long? length in (long?[])[null, text.Length])
        {
            var request = new TestRequest();
            request.Request.Headers.AcceptEncoding = coding;
            request.Service.Answer = context => context.Http.Response.ContentLength = length;
            request.Service.Write = Writing(text);

            await request.RunAsync(Build(new() { ContentType = new() }), Build(new() { Compress = new() }));

            Assert.Equal((coding, type), (request.Response.Headers.ContentEncoding.ToString(), request.Response.Headers.ContentType.ToString()));
            Assert.Equal(text, Encoding.UTF8.GetString(Decoded.Read(coding, request.Bytes)));
        }
    }

    private static MiddlewareModel Build(MiddlewareConfig config) =>
        new MiddlewareFactory(new()).TryCreate("m@test", config, "r@test", out var model, out var error) ? model : throw new InvalidOperationException(error);

    private static Func<PipeWriter, Task> Writing(string text) => writer =>
    {
        writer.Write(Encoding.UTF8.GetBytes(text));
        return Task.CompletedTask;
    };
}
