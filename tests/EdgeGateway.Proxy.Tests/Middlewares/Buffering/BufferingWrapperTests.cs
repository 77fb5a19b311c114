using System.Buffers;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Buffering;

public sealed class BufferingWrapperTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("buffering.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Limits_are_those_of_the_corpus(ConformanceCase test)
    {
        BufferingConfig config = new() { MaxRequestBodyBytes = Number(test, "maxRequestBodyBytes"), MaxResponseBodyBytes = Number(test, "maxResponseBodyBytes") };
        var body = new string('\0', test["bodyBytes"].GetInt32());
        foreach (var isChunked in (bool[])[false, true])
        {
            var request = Post(body, isChunked);

            await RunAsync(request, new Echo(), Build(config));

            Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
            Assert.Equal(request.Status == 200 ? body : request.Status == 413 ? "Request Entity Too Large" : "Internal Server Error", request.Body);
        }
    }

    [Fact]
    public async Task A_chunked_request_goes_on_with_its_length_and_an_answer_of_unknown_length_too()
    {
        var echo = new Echo();
        var request = Post("hello", isChunked: true);
        request.Request.Headers["Trailer"] = "X-T";

        await RunAsync(request, echo, Build(new()));

        Assert.Equal(("hello", 5L, 5L), (request.Body, echo.Lengths.Single(), request.Response.Headers.ContentLength));
        Assert.Equal(["Content-Length", "Host"], echo.Names.Single().Order());
    }

    [Fact]
    public async Task A_chunked_request_without_a_byte_has_no_body_behind_it()
    {
        var echo = new Echo();

        await RunAsync(Post("", isChunked: true), echo, Build(new()));

        Assert.Null(echo.Lengths.Single());
    }

    [Fact]
    public async Task The_client_gets_nothing_of_an_answer_before_all_of_it_is_there()
    {
        var request = new TestRequest();
        var seen = -1;

        await RunAsync(request, new Written(200, async writer =>
        {
            await writer.WriteAsync("first"u8.ToArray());
            seen = request.Bytes.Length;
            await writer.WriteAsync("second"u8.ToArray());
        }), Build(new() { MemResponseBodyBytes = 3 }));

        Assert.Equal((0, "firstsecond", 11L), (seen, request.Body, request.Response.Headers.ContentLength));
    }

    [Fact]
    public async Task A_replaced_answer_leaves_no_header_and_passes_once_through_the_filters_in_front()
    {
        foreach (var length in (long?[])[null, 21])
        {
            var request = new TestRequest();
            var front = new Counting();
            HeadersConfig marked = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-Out"] = "1" }.ToConfigMap() };
            HeadersConfig inner = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-In"] = "1" }.ToConfigMap() };

            await RunAsync(
                request, new Written(200, static async writer => await writer.WriteAsync(new byte[21])) { Length = length },
                front, HeadersFilterTests.Build(marked), Build(new() { MaxResponseBodyBytes = 20 }), HeadersFilterTests.Build(inner));

            Assert.Equal((500, "Internal Server Error", 1), (request.Status, request.Body, front.Responses));
            Assert.Equal(["Content-Length", "X-Out"], request.Response.Headers.Keys.Order());
        }
    }

    [Theory]
    [InlineData("HEAD", 200, 1000L)]
    [InlineData("GET", 304, null)]
    [InlineData("GET", 204, null)]
    public async Task Where_there_is_no_body_nothing_is_copied_and_no_limit_counts(string method, int status, long? length)
    {
        var request = new TestRequest(method: method);

        await RunAsync(request, new Written(status, null) { Length = length }, Build(new() { MaxResponseBodyBytes = 20 }));

        Assert.Equal((status, "", length), (request.Status, request.Body, request.Response.Headers.ContentLength));
    }

    [Theory]
    [InlineData("IsNetworkError() && Attempts() < 3", 502, 3)]
    [InlineData("IsNetworkError()", 504, 11)]
    [InlineData("ResponseCode() == 503 && RequestMethod() == \"POST\"", 503, 11)]
    [InlineData("ResponseCode() == 503 && RequestMethod() == \"PUT\"", 503, 1)]
    [InlineData("IsNetworkError()", 500, 1)]
    [InlineData(null, 502, 1)]
    public async Task Requests_are_repeated_while_the_expression_holds(string? expression, int status, int calls)
    {
        var echo = new Echo(_ => status);
        var front = new Counting();
        var request = Post("body", isChunked: false);

        await RunAsync(request, echo, front, Build(new() { RetryExpression = expression, MemRequestBodyBytes = 2 }), new Counting());

        Assert.Equal((status, "body", 1), (request.Status, request.Body, front.Responses));
        Assert.Equal(Enumerable.Repeat("body", calls), echo.Bodies);
    }

    [Fact]
    public async Task The_first_answer_that_the_expression_takes_is_the_clients()
    {
        var echo = new Echo(static call => call < 3 ? 502 : 201);
        var request = Post("body", isChunked: true);

        await RunAsync(request, echo, Build(new() { RetryExpression = "IsNetworkError()" }));

        Assert.Equal((201, "body"), (request.Status, request.Body));
        Assert.Equal("1-3", request.Response.Headers["X-Calls"].ToString());
    }

    [Theory]
    [InlineData(null, 1, 502)]
    [InlineData("IsNetworkError() && Attempts() < 2", 2, 502)]
    [InlineData("IsNetworkError() && Attempts() < 9", 3, 200)]
    public async Task An_answer_that_breaks_off_is_a_bad_gateway_and_a_network_error(string? expression, int calls, int status)
    {
        var breaking = new Breaking(times: 2);
        var request = new TestRequest();

        await RunAsync(request, breaking, Build(new() { RetryExpression = expression }));

        Assert.Equal((calls, status, status == 200 ? "whole" : "Bad Gateway", false), (breaking.Calls, request.Status, request.Body, request.Context.IsAborted));
    }

    [Fact]
    public async Task An_errors_middleware_in_front_decides_about_the_last_answer_only()
    {
        var echo = new Echo(static call => call < 3 ? 502 : 503);
        var request = Post("body", isChunked: false);
        HttpServiceModel pages = new Written(200, static async writer => await writer.WriteAsync("page"u8.ToArray()));
        var errors = Factory(new() { Errors = new() { Status = ["500-599"], Service = "p" } }, (string _, out string? error) => (error = null, pages).pages);

        await RunAsync(request, echo, errors, Build(new() { RetryExpression = "IsNetworkError()" }));

        Assert.Equal((503, "page", 3), (request.Status, request.Body, echo.Bodies.Count));
        Assert.False(request.Response.Headers.ContainsKey("X-Calls"));
    }

    [Theory]
    [InlineData("maxRequestBodyBytes", "buffering.maxRequestBodyBytes: max bytes should be >= 0 got -1")]
    [InlineData("memRequestBodyBytes", "buffering.memRequestBodyBytes: mem bytes should be >= 0 got -1")]
    [InlineData("maxResponseBodyBytes", "buffering.maxResponseBodyBytes: max bytes should be >= 0 got -1")]
    [InlineData("memResponseBodyBytes", "buffering.memResponseBodyBytes: mem bytes should be >= 0 got -1")]
    public void A_negative_size_is_an_error_with_its_place(string option, string error)
    {
        BufferingConfig config = option switch
        {
            "maxRequestBodyBytes" => new() { MaxRequestBodyBytes = -1 },
            "memRequestBodyBytes" => new() { MemRequestBodyBytes = -1 },
            "maxResponseBodyBytes" => new() { MaxResponseBodyBytes = -1 },
            _ => new() { MemResponseBodyBytes = -1 },
        };
        Assert.Equal(error, MiddlewareFactoryTests.ErrorOf(new() { Buffering = config }));
    }

    private static long Number(ConformanceCase test, string name) => test.Has("config", name) ? test["config", name].GetInt64() : 0;

    private static TestRequest Post(string body, bool isChunked)
    {
        var request = new TestRequest(method: "POST");
        request.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes(body));
        if (isChunked)
        {
            request.Request.Headers.TransferEncoding = "chunked";
        }
        else
        {
            request.Request.Headers.ContentLength = body.Length;
        }

        return request;
    }

    private static MiddlewareModel Factory(MiddlewareConfig config, ServiceLookup? services = null) =>
        new MiddlewareFactory(new()).TryCreate("m@test", config, "r@test", out var model, out var error, services)
            ? model
            : throw new InvalidOperationException(error);

    private static MiddlewareModel Build(BufferingConfig config) => Factory(new() { Buffering = config });

    private static async Task RunAsync(TestRequest request, HttpServiceModel service, params MiddlewareModel[] middlewares)
    {
        await RequestPipeline.Build(middlewares, service).InvokeAsync(request.StartRouted());
        await request.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()!.Writer.FlushAsync();
    }

    private sealed class Counting() : RequestFilter("count@test", actsOnResponse: true)
    {
        public int Responses { get; private set; }

        public override bool OnRequest(GatewayContext context) => true;

        public override void OnResponse(GatewayContext context) => Responses++;
    }

    // Reads the body and sends it back, as a forwarder does: the gate is asked before anything is passed on.
    private sealed class Echo(Func<int, int>? status = null) : HttpServiceModel("echo@test")
    {
        public List<string> Bodies { get; } = [];

        public List<long?> Lengths { get; } = [];

        public List<string[]> Names { get; } = [];

        public override async ValueTask HandleAsync(GatewayContext context)
        {
            var request = context.Http.Request;
            using var reader = new StreamReader(request.Body, Encoding.ASCII, leaveOpen: true);
            Bodies.Add(await reader.ReadToEndAsync());
            Lengths.Add(request.ContentLength);
            Names.Add([.. request.Headers.Keys]);
            var answer = status?.Invoke(Bodies.Count) ?? 200;
            if (context.AnswerGate?.Refuses(answer) == true)
            {
                return;
            }

            context.Http.Response.StatusCode = answer;
            context.Http.Response.Headers["X-Calls"] = $"1-{Bodies.Count}";
            context.RunResponseFilters();
            await context.Http.Response.StartAsync();
            await context.Http.Response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(Bodies[^1]));
        }
    }

    private sealed class Written(int status, Func<System.IO.Pipelines.PipeWriter, Task>? write) : HttpServiceModel("written@test")
    {
        public long? Length { get; init; }

        public override async ValueTask HandleAsync(GatewayContext context)
        {
            context.Http.Response.StatusCode = status;
            context.Http.Response.Headers["X-Server"] = "1";
            context.Http.Response.ContentLength = Length;
            context.RunResponseFilters();
            if (write is not null)
            {
                await context.Http.Response.StartAsync();
                await write(context.Http.Response.BodyWriter);
            }
        }
    }

    // As the attempt loop does with a server that goes away within its answer.
    private sealed class Breaking(int times) : HttpServiceModel("breaking@test")
    {
        public int Calls { get; private set; }

        public override ValueTask HandleAsync(GatewayContext context)
        {
            context.Http.Response.Headers["X-Server"] = "1";
            context.RunResponseFilters();
            context.Http.Response.BodyWriter.Write(Calls++ < times ? "who"u8 : "whole"u8);
            if (Calls <= times)
            {
                context.Abort();
            }

            return default;
        }
    }
}
