using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class HeadersFilterTests
{
    private static readonly HashSet<string> Supported = ["customRequestHeaders", "customResponseHeaders"];

    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("headers.json");

    /// <summary>The whole file. Cases with options of which the factory says that they are not built yet check just that.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Headers_are_edited_as_in_the_corpus(ConformanceCase test)
    {
        var options = test["config"].EnumerateObject().Select(static option => option.Name).ToArray();
        var context = new DecodeContext(ConfigSource.File);
        var config = HeadersConfig.Type.Decode(Node(test["config"]), null, context)!;
        Assert.Empty(context.Problems);
        if (!options.All(Supported.Contains))
        {
            // CORS, allowed hosts and security headers come with the rest of the type: such a router is disabled, never half served.
            Assert.Contains("not supported yet", MiddlewareFactoryTests.ErrorOf(new() { Headers = config }));
            return;
        }

        if (config == new HeadersConfig())
        {
            Assert.Equal("headers configuration not valid", MiddlewareFactoryTests.ErrorOf(new() { Headers = config }));
            return;
        }

        var url = test.Text("request", "url");
        var request = new TestRequest(test.Has("request", "path") ? test.Text("request", "path") : url, "example.org", test.Text("request", "method"));
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        request.Service.Answer = context =>
        {
            if (test.Suite == "customResponseHeaders")
            {
                context.Http.Response.Headers["Foo"] = "bar";
            }
        };
        await request.RunAsync(new HeadersFilter("m@test", config));

        foreach (var (name, values) in test.Headers("expect", "backendRequestHeaders"))
        {
            Assert.Equal(values.FirstOrDefault(), request.Service.Headers.GetValueOrDefault(name));
        }

        if (test.Has("expect", "backendHost"))
        {
            Assert.Equal((test.Text("expect", "backendHost"), "example.org"), (request.Service.Host, request.Context.OriginalHost));
        }

        if (test.Has("expect", "responseHeaders"))
        {
            Assert.Equal(
                test.Headers("expect", "responseHeaders").Select(static header => $"{header.Name}: {header.Values[0]}").Order(),
                request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}").Order());
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For", null)]
    [InlineData("x-forwarded-for", "127.0.0.1")]
    public async Task An_empty_forwarded_for_in_its_own_spelling_keeps_the_gateway_from_making_one(string name, string? expected)
    {
        var request = new TestRequest();
        request.Request.Headers["X-Forwarded-For"] = "1.1.1.1";

        await request.RunAsync(new HeadersFilter("m@test", new() { CustomRequestHeaders = Of(name, "") }));

        Assert.Equal(expected, request.Service.Headers.GetValueOrDefault("X-Forwarded-For"));
    }

    [Fact]
    public async Task Hop_by_hop_headers_cannot_be_added()
    {
        var request = await new TestRequest().RunAsync(new HeadersFilter("m@test", new() { CustomRequestHeaders = Of("Keep-Alive", "1") }));

        Assert.DoesNotContain("Keep-Alive", request.Service.Headers.Keys);
    }

    [Fact]
    public async Task Names_that_are_no_tokens_are_left_out_and_line_breaks_become_blanks()
    {
        var request = await new TestRequest().RunAsync(
            new HeadersFilter("m@test", new() { CustomResponseHeaders = new Dictionary<string, string> { ["a b"] = "1", ["X"] = "1\r\n2" }.ToConfigMap() }));

        Assert.Equal(["X: 1  2"], request.Response.Headers.Select(static header => $"{header.Key}: {header.Value}"));
    }

    private static ConfigMap<string> Of(string name, string value) => new Dictionary<string, string> { [name] = value }.ToConfigMap();

    private static ConfigNode Node(JsonElement json)
    {
        var location = SourceLocation.Default;
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var node = new ConfigObject(location);
                foreach (var property in json.EnumerateObject().Where(static property => property.Value.ValueKind != JsonValueKind.Null))
                {
                    node.Set(property.Name, Node(property.Value));
                }

                return node;
            case JsonValueKind.Array:
                return new ConfigSequence([.. json.EnumerateArray().Select(Node)], location);
            case JsonValueKind.Number:
                return new ConfigScalar(json.GetRawText(), location, ScalarKind.Integer);
            case JsonValueKind.True or JsonValueKind.False:
                return new ConfigScalar(json.GetRawText(), location, ScalarKind.Boolean);
            default:
                return new ConfigScalar(json.GetString()!, location);
        }
    }
}
