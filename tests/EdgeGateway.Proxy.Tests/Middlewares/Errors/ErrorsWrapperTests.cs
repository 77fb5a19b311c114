using System.Buffers;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Middlewares.Compress;
using EdgeGateway.Proxy.Middlewares.Errors;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Middlewares.Compress;
using EdgeGateway.Proxy.Tests.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Errors;

public sealed class ErrorsWrapperTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("errors.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Pages_are_those_of_the_corpus(ConformanceCase test)
    {
        ErrorPageConfig config = new()
        {
            Status = test.List("config", "status").ToConfigList(),
            Query = test.Text("config", "query"),
            Service = test.Text("config", "service"),
            ErrorRequestHeaders = test.Has("config", "errorRequestHeaders") ? test.List("config", "errorRequestHeaders").ToConfigList() : null,
        };
        var pages = new Answering(test["errorService", "status"].GetInt32(), context =>
        {
            if (test.Has("errorService", "onlyWhenRequestUri") && test.Text("errorService", "onlyWhenRequestUri") != context.Target.ToString())
            {
                return "";
            }

            return string.Concat(test["errorService", "lines"].EnumerateArray().Select(line =>
                line.TryGetProperty("text", out var text) ? text.GetString() + "\n"
                : line.TryGetProperty("echo", out _) ? context.Upstream.Host + "\n"
                : context.Http.Request.Headers[line.GetProperty("echoHeader").GetString()!] + "\n"));
        });
        var status = test["backendStatus"].GetInt32();
        var request = new TestRequest("/test?foo=bar&baz=buz", "localhost");
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        await RunAsync(request, new Answering(status, _ => status == 304 ? "" : ReasonPhrases.GetReasonPhrase(status) + "\n"), Build(config, pages));

        Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        Assert.All(test.List("expect", "bodyContains"), text => Assert.Contains(text, request.Body, StringComparison.Ordinal));
        Assert.All(test.List("expect", "bodyNotContains"), text => Assert.DoesNotContain(text, request.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_is_asked_for_by_a_GET_without_a_body_and_nothing_of_the_answer_is_left()
    {
        var request = new TestRequest("/p?q=1", "a.test", "POST");
        request.Request.Headers.ContentLength = 4;
        request.Request.Headers["Expect"] = "100-continue";
        request.Request.Headers["X-Forwarded-For"] = "9.9.9.9";
        string? seen = null;
        var pages = new Answering(200, context =>
        {
            context.PrepareUpstream();
            seen = $"{context.Upstream.Method} {context.Upstream.Target} {string.Join('|', context.Http.Request.Headers.Select(static h => $"{h.Key}={h.Value}"))}";
            return "page";
        });

        var server = new Answering(503, static context =>
        {
            context.PrepareUpstream();
            return "original";
        });
        await RunAsync(request, server, Build(new() { Status = ["500-599"], Service = "p", Query = "e/{status}/{originalStatus}?u={url}" }, pages));

        Assert.Equal("GET /e/503/503?u=http%3A%2F%2Fa.test%2Fp%3Fq%3D1 Host=a.test|X-Forwarded-For=9.9.9.9", seen);
        Assert.Equal((503, "page", "POST"), (request.Status, request.Body, request.Context.Method));
        Assert.Equal("200", request.Response.Headers["X-Status"]);
    }

    [Theory]
    [InlineData(418, 503)]
    [InlineData(500, 502)]
    [InlineData(502, 502)]
    [InlineData(503, 404)]
    public async Task Statuses_are_rewritten_by_the_narrowest_range(int caught, int status)
    {
        var rewrites = new Dictionary<string, long> { ["418"] = 503, ["500-599"] = 502, ["503-504"] = 404, ["503-505"] = 405 };
        var request = new TestRequest();
        string? target = null;
        var pages = new Answering(200, context => (target = context.Target.ToString())!);

        await RunAsync(
            request, new Answering(caught, static _ => ""),
            Build(new() { Status = ["400-599"], Service = "p", Query = "{status}-{originalStatus}", StatusRewrites = rewrites.ToConfigMap() }, pages));

        Assert.Equal((status, $"/{status}-{caught}"), (request.Status, target));
    }

    [Fact]
    public async Task Answers_of_middlewares_behind_it_are_replaced_and_those_in_front_see_the_page()
    {
        var request = new TestRequest();
        var basic = Factory(new() { BasicAuth = new() { Users = ["a:b"] } });
        HeadersConfig marked = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-Out"] = "1" }.ToConfigMap() };
        HeadersConfig inner = new() { CustomResponseHeaders = new Dictionary<string, string> { ["X-In"] = "1" }.ToConfigMap() };

        await RunAsync(
            request, new Answering(200, static _ => "never"), HeadersFilterTests.Build(marked),
            Build(new() { Status = ["401"], Service = "p" }, new Answering(200, static _ => "page")), HeadersFilterTests.Build(inner), basic);

        Assert.Equal((401, "page"), (request.Status, request.Body));
        Assert.Equal(["Content-Length", "X-Out", "X-Status"], request.Response.Headers.Keys.Order());
    }

    [Theory]
    [InlineData("HEAD", 500)]
    [InlineData("GET", 304)]
    [InlineData("GET", 204)]
    public async Task Where_no_body_may_be_the_page_gives_its_head_only(string method, int status)
    {
        var request = new TestRequest(method: method);

        await RunAsync(request, new Answering(status, static _ => ""), Build(new() { Status = ["200-599"], Service = "p" }, new Answering(200, static _ => "page")));

        Assert.Equal((status, "", status == 500 ? 4 : null), (request.Status, request.Body, request.Response.Headers.ContentLength));
    }

    [Fact]
    public async Task A_page_goes_through_compress_in_front_of_it_and_never_meets_the_one_behind_it()
    {
        var text = new string('x', 5000);
        foreach (var isInFront in (bool[])[true, false])
        {
            var request = new TestRequest();
            request.Request.Headers.AcceptEncoding = "gzip";
            Assert.True(CompressWrapper.TryCreate("c@test", new(), out var compress, out _));
            var errors = Build(new() { Status = ["500"], Service = "p" }, new Answering(200, _ => text));

            await RunAsync(request, new Answering(500, _ => text), isInFront ? [compress, errors] : [errors, compress]);

            Assert.Equal(isInFront ? "gzip" : "", request.Response.Headers.ContentEncoding.ToString());
            Assert.Equal(text, Encoding.UTF8.GetString(Decoded.Read(request.Response.Headers.ContentEncoding.ToString(), request.Bytes)));
        }
    }

    [Fact]
    public async Task Of_two_the_outer_one_sees_what_the_inner_one_answers()
    {
        var request = new TestRequest();

        await RunAsync(
            request, new Answering(500, static _ => ""),
            Build(new() { Status = ["418"], Service = "p" }, new Answering(200, static _ => "outer")),
            Build(new() { Status = ["500"], Service = "p", StatusRewrites = new Dictionary<string, long> { ["500"] = 418 }.ToConfigMap() }, new Answering(200, static _ => "inner")));

        Assert.Equal((418, "outer"), (request.Status, request.Body));
    }

    [Fact]
    public void Bad_settings_are_named()
    {
        Assert.Contains("5xx", Error(new() { Status = ["5xx"], Service = "p" }), StringComparison.Ordinal);
        Assert.Contains("statusRewrites", Error(new() { Service = "p", StatusRewrites = new Dictionary<string, long> { ["500"] = 101 }.ToConfigMap() }), StringComparison.Ordinal);
        Assert.Contains("missing", Error(new() { Status = ["500"] }), StringComparison.Ordinal);
        Assert.Contains("\"p\" does not exist", Error(new() { Status = ["500"], Service = "p" }), StringComparison.Ordinal);
        Assert.Contains("%zz", Error(new() { Status = ["500"], Service = "p", Query = "/%zz" }), StringComparison.Ordinal);
    }

    private static string Error(ErrorPageConfig config) => MiddlewareFactoryTests.ErrorOf(new() { Errors = config })!;

    private static MiddlewareModel Factory(MiddlewareConfig config, ServiceLookup? services = null) =>
        new MiddlewareFactory(new()).TryCreate("m@test", config, "r@test", out var model, out var error, services)
            ? model
            : throw new InvalidOperationException(error);

    private static MiddlewareModel Build(ErrorPageConfig config, HttpServiceModel pages) =>
        Factory(new() { Errors = config }, (string _, out string? error) => (error = null, pages).pages);

    private static async Task RunAsync(TestRequest request, HttpServiceModel service, params MiddlewareModel[] middlewares)
    {
        await RequestPipeline.Build(middlewares, service).InvokeAsync(request.StartRouted());
        await request.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()!.Writer.FlushAsync();
    }

    // Answers as a forwarder does: the gate is asked before anything is passed on.
    private sealed class Answering(int status, Func<GatewayContext, string> body) : HttpServiceModel("answering@test")
    {
        public override ValueTask HandleAsync(GatewayContext context)
        {
            var text = body(context);
            if (context.AnswerGate?.Refuses(status) == true)
            {
                return default;
            }

            var response = context.Http.Response;
            response.StatusCode = status;
            response.Headers["X-Status"] = $"{status}";
            response.ContentLength = text.Length;
            context.RunResponseFilters();
            if (text.Length > 0)
            {
                response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
            }

            return default;
        }
    }
}
