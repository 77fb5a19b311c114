using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding;

/// <summary>The corpus of rewritten requests, from the router's pipeline to the message that the HTTP handler gets.</summary>
public sealed class ProxyRewriteTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("proxyRewrite.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_request_to_the_server_is_traefiks(ConformanceCase @case)
    {
        var url = new Uri(@case.Text("request", "url"));
        var test = new TestRequest(url.PathAndQuery, url.Authority);
        test.Request.Headers["X-Forwarded-For"] = "1.2.3.4";
        test.Connection = TestRequest.Peer("127.0.0.1", 1234);
        var context = test.StartRouted();
        context.KeepForwardedFor = @case.Flag("config", "notAppendXForwardedFor");
        var service = new MessageService(
            new ServerConfig { Url = @case.Text("config", "serverUrl"), PreservePath = @case.Flag("config", "preservePath") },
            @case.Flag("config", "passHostHeader"));

        await RequestPipeline.Build([], service).InvokeAsync(context);

        var message = service.Message;
        var target = message.RequestUri!.PathAndQuery.Split('?', 2);
        var rawPath = @case.Text("expect", "rawPath");
        Assert.Equal(@case.Text("expect", "scheme"), message.RequestUri.Scheme);
        Assert.Equal(@case.Text("expect", "host"), message.Headers.Host);
        Assert.Equal(rawPath.Length > 0 ? rawPath : @case.Text("expect", "path"), target[0]);
        Assert.Equal(@case.Text("expect", "query"), target.ElementAtOrDefault(1) ?? "");
        Assert.Equal(@case.Text("expect", "xForwardedFor"), message.Headers.NonValidated["X-Forwarded-For"].ToString());
    }

    private sealed class MessageService(ServerConfig config, bool passHost) : HttpServiceModel("s@test")
    {
        public HttpRequestMessage Message { get; } = new();

        public override async ValueTask HandleAsync(GatewayContext context)
        {
            context.PrepareUpstream();
            Assert.True(Server.TryCreate(config, new ServerAddresses(), out var server, out _));
            var transformer = new GatewayTransformer(context, TimeProvider.System);
            transformer.Begin(server, passHost, null);
            await transformer.TransformRequestAsync(context.Http, Message, server.UriPrefix, default);
        }
    }
}
