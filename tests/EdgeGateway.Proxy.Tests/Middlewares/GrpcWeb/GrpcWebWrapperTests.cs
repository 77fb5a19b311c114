using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.GrpcWeb;

public sealed class GrpcWebWrapperTests
{
    [Theory]
    [InlineData("*", "http://a", "post", true)]
    [InlineData("http://a,http://b", "http://b", "POST", true)]
    [InlineData("http://a", "http://A", "POST", false)]
    [InlineData("http://a", "http://b", "POST", false)]
    [InlineData("http://a", null, "POST", false)]
    [InlineData("*", "http://a", "DELETE", false)]
    public async Task A_preflight_is_answered_and_names_what_is_allowed(string origins, string? origin, string method, bool isAllowed)
    {
        var request = new TestRequest(method: "OPTIONS");
        request.Request.Headers.Origin = origin;
        request.Request.Headers.AccessControlRequestMethod = method;
        request.Request.Headers.AccessControlRequestHeaders = "content-type, X-GRPC-WEB,x_user-agent,,";

        await request.RunAsync(Build(origins));

        var headers = request.Response.Headers;
        Assert.Equal((200, 0, 0L), (request.Status, request.Service.Calls, headers.ContentLength));
        Assert.Equal(["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"], headers.Vary.AsEnumerable());
        Assert.Equal(isAllowed ? origin! : "", headers.AccessControlAllowOrigin.ToString());
        Assert.Equal(
            isAllowed ? ["POST", "Content-Type, X-Grpc-Web, X_User-Agent", "true", "600"] : ["", "", "", ""],
            [
                headers.AccessControlAllowMethods.ToString(), headers.AccessControlAllowHeaders.ToString(),
                headers.AccessControlAllowCredentials.ToString(), headers.AccessControlMaxAge.ToString(),
            ]);
    }

    [Theory]
    [InlineData("OPTIONS", null, "x-other")]
    [InlineData("GET", "application/grpc-web", null)]
    [InlineData("POST", "application/grpc", null)]
    [InlineData("POST", "application/json", null)]
    public async Task Everything_else_passes(string method, string? type, string? asked)
    {
        var request = new TestRequest(method: method);
        request.Request.Headers.ContentType = type;
        request.Request.Headers.Origin = "http://a";
        request.Request.Headers.AccessControlRequestMethod = asked is null ? default : "POST";
        request.Request.Headers.AccessControlRequestHeaders = asked;

        await request.RunAsync(Build("*"));

        Assert.Equal((1, type ?? "(none)"), (request.Service.Calls, request.Service.Headers.GetValueOrDefault("Content-Type", "(none)")));
        Assert.Empty(request.Response.Headers);
    }

    [Theory]
    [InlineData("application/grpc-web", "application/grpc", "application/grpc-web")]
    [InlineData("application/grpc-web+proto", "application/grpc+proto", "application/grpc-web+proto")]
    [InlineData("application/grpc-web-text", "application/grpc", "application/grpc-web-text")]
    [InlineData("application/grpc-web-text+json; x=1", "application/grpc+json; x=1", "application/grpc-web-text+json; x=1")]
    public async Task The_content_type_changes_both_ways(string client, string server, string answer)
    {
        var request = Post(client);
        request.Request.Headers.ContentLength = 0;
        request.Service.Answer = context =>
        {
            context.Http.Response.ContentType = server;
            context.Http.Response.ContentLength = 3;
            context.Http.Response.Headers["X-Own"] = "1";
            context.Http.Response.Headers.Vary = "Accept";
        };

        await request.RunAsync(Build("*"));

        Assert.Equal((server, "trailers", false), (request.Service.Headers["Content-Type"], request.Service.Headers["TE"], request.Service.Headers.ContainsKey("Content-Length")));
        var headers = request.Response.Headers;
        Assert.Equal((answer, null, "http://a", "true"), (headers.ContentType.ToString(), headers.ContentLength, headers.AccessControlAllowOrigin.ToString(), headers.AccessControlAllowCredentials.ToString()));
        Assert.Equal(["Origin", "Accept"], headers.Vary.AsEnumerable());
        Assert.Contains("X-Own", headers.AccessControlExposeHeaders.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("grpc-status, grpc-message", headers.AccessControlExposeHeaders.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "hi", "hi\u0080\0\0\0\u0022a: 1\r\na: 2\r\ngrpc-status: 0\r\nz: é\r\n")]
    [InlineData(true, "hi", "aGk=gAAAACJhOiAxDQphOiAyDQpncnBjLXN0YXR1czogMA0Kejog6Q0K")]
    public async Task Trailers_go_into_a_frame_behind_the_messages(bool isText, string message, string expected)
    {
        var request = Post(isText ? "application/grpc-web-text" : "application/grpc-web");
        request.Service.Answer = static context =>
        {
            context.Http.Response.ContentType = "application/grpc";
            context.Http.Response.Headers.Trailer = "grpc-status";
        };
        request.Service.Write = async writer =>
        {
            await writer.WriteAsync(Encoding.Latin1.GetBytes(message));
            request.Context.AddTrailer("grpc-Status", "0");
            request.Context.AddTrailer("Z", "é");
            request.Context.AddTrailer("A", new(["1", "2"]));
        };

        await request.RunAsync(Build("*"));

        Assert.Equal(expected, Encoding.Latin1.GetString(request.Bytes));
        Assert.False(request.Response.Headers.ContainsKey("Trailer"));
        Assert.Null(request.Connection.Trailers);
    }

    [Fact]
    public async Task A_head_that_has_the_status_needs_no_frame()
    {
        var request = Post("application/grpc-web");
        request.Service.Answer = static context =>
        {
            context.Http.Response.ContentType = "application/grpc";
            context.Http.Response.Headers.GrpcStatus = "7";
        };

        await request.RunAsync(Build("*"));

        Assert.Equal(("7", ""), (request.Response.Headers.GrpcStatus.ToString(), request.Body));
    }

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task An_answer_that_is_not_gRPC_passes_as_it_is_but_the_page_may_see_it(string type)
    {
        var request = Post(type);
        request.Service.Answer = static context =>
        {
            context.Http.Response.StatusCode = 502;
            context.Http.Response.ContentLength = 3;
        };
        request.Service.Write = static async writer => await writer.WriteAsync("bad"u8.ToArray());

        await request.RunAsync(Build("http://a"));

        Assert.Equal((502, "bad", 3L, "http://a"), (request.Status, request.Body, request.Response.Headers.ContentLength, request.Response.Headers.AccessControlAllowOrigin.ToString()));
    }

    [Fact]
    public async Task Behind_a_buffering_that_is_further_in_the_frame_is_still_there()
    {
        var request = Post("application/grpc-web");
        request.Service.Answer = static context => context.Http.Response.ContentType = "application/grpc";
        request.Service.Write = async writer =>
        {
            await writer.WriteAsync("hi"u8.ToArray());
            request.Context.AddTrailer("grpc-status", "0");
        };

        await request.RunAsync(Build("*"), Factory(new() { Buffering = new() }));

        Assert.Equal("hi\u0080\0\0\0\u0010grpc-status: 0\r\n", Encoding.Latin1.GetString(request.Bytes));
        Assert.Null(request.Response.Headers.ContentLength);
    }

    private static TestRequest Post(string type)
    {
        var request = new TestRequest("/pkg.S/M", method: "POST");
        request.Request.Headers.ContentType = type;
        request.Request.Headers.Origin = "http://a";
        return request;
    }

    private static MiddlewareModel Build(string origins) => Factory(new() { GrpcWeb = new() { AllowOrigins = origins.Split(',').ToConfigList() } });

    private static MiddlewareModel Factory(MiddlewareConfig config) =>
        new MiddlewareFactory(new()).TryCreate("m@test", config, "r@test", out var model, out var error) ? model : throw new InvalidOperationException(error);
}
