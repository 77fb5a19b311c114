using System.Buffers;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Compress;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Compress;

/// <summary>compress.json, the whole file, suite by suite.</summary>
public sealed class CompressCorpusTests
{
    // Rows in docs/compatibility.md.
    private static readonly Dictionary<string, string> Deviations = new(StringComparer.Ordinal)
    {
        ["br: Content-Range does not matter"] = "a part of a body is never compressed, whatever the coding",
    };

    public static TheoryData<ConformanceCase> Negotiations => ConformanceCase.All("compress.json", "negotiation");

    public static TheoryData<ConformanceCase> TypeMatches => ConformanceCase.All("compress.json", "contentTypeMatch");

    public static TheoryData<ConformanceCase> Answers => ConformanceCase.All(
        "compress.json", [.. ConformanceCase.Suites("compress.json").Where(static suite => suite is not ("negotiation" or "contentTypeMatch"))]);

    [Theory]
    [MemberData(nameof(Negotiations))]
    public void The_coding_is_chosen_as_in_the_corpus(ConformanceCase test)
    {
        Assert.True(AcceptEncoding.TryCreate(Config(test), out var negotiation, out var error), error);

        var chosen = negotiation.Choose(new StringValues(test.List("request", "headers", "Accept-Encoding")));

        // "identity" and "not_acceptable" both mean that the body stays as it is.
        Assert.Equal(chosen, test.Text("expect", "encoding") switch
        {
            "gzip" => ContentCoding.Gzip,
            "br" => ContentCoding.Brotli,
            "zstd" => ContentCoding.Zstd,
            "identity" or "not_acceptable" => ContentCoding.None,
            var other => throw new InvalidOperationException(other),
        });
    }

    [Theory]
    [MemberData(nameof(TypeMatches))]
    public void Types_match_as_in_the_corpus_once_the_parameters_of_the_configured_one_are_dropped(ConformanceCase test)
    {
        var configured = test.Text("configured", "mediaType");
        var config = new CompressConfig { IncludedContentTypes = configured.Length == 0 ? [] : [configured] };
        Assert.True(ContentTypeFilter.TryCreate(config, out var filter, out var error), error);
        var type = test.Text("mediaType") is { Length: > 0 } given ? given : "a/b";
        if (test["params"].ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            type += string.Concat(test["params"].EnumerateObject().Select(static parameter => $"; {parameter.Name}={parameter.Value.GetString()}"));
        }

        // The corpus drives an inner part with parameters that the middleware never lets through: only the types are compared.
        var expected = test.Has("configured", "params") ? configured == test.Text("mediaType") : test.Flag("expect", "match");

        Assert.Equal(expected, filter.Accepts(type));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answers_are_compressed_as_in_the_corpus(ConformanceCase test)
    {
        var length = test.Has("backend", "bodyBytes") ? test["backend", "bodyBytes"].GetInt32()
            : test.Has("backend", "bodyBytesAtLeast") ? test["backend", "bodyBytesAtLeast"].GetInt32() : 0;
        var body = new byte[length];
        Array.Fill(body, (byte)'a');
        var request = new TestRequest();
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        request.Service.Answer = context =>
        {
            context.Http.Response.StatusCode = test.Has("backend", "status") ? test["backend", "status"].GetInt32() : 200;
            if (test.Has("backend", "contentType") && test.Text("backend", "contentType") is { Length: > 0 } type)
            {
                context.Http.Response.ContentType = type;
            }

            foreach (var (name, values) in test.Headers("backend", "headers"))
            {
                context.Http.Response.Headers[name] = values;
            }
        };
        request.Service.Write = writer =>
        {
            writer.Write(body);
            return Task.CompletedTask;
        };

        Assert.True(CompressWrapper.TryCreate("m@test", Config(test), out var wrapper, out var error), error);
        await request.RunAsync(wrapper);

        var headers = request.Response.Headers;
        var encoding = headers.ContentEncoding.ToString();
        Assert.Equal(body, Decoded.Read(encoding, request.Bytes));
        if (Deviations.ContainsKey(test.Name))
        {
            Assert.Equal("", encoding);
            return;
        }

        Assert.Equal(test.Has("expectThroughMiddleware") ? test.Text("expectThroughMiddleware", "contentEncoding") : test.Text("expect", "contentEncoding"), encoding);
        if (test.Has("expect", "vary"))
        {
            Assert.Equal(test.Text("expect", "vary"), headers.Vary.ToString());
        }

        if (test.Has("expect", "contentType"))
        {
            Assert.False(headers.ContainsKey("Content-Type"));
        }

        if (test.Has("expect", "status"))
        {
            Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
        }

        foreach (var absent in test.List("expect", "absentHeaders").Where(static name => name != "Content-Length"))
        {
            Assert.False(headers.ContainsKey(absent));
        }

        // Here it is the length of what was compressed, since all of it was there at once.
        Assert.True(encoding.Length == 0 || headers.ContentLength == request.Bytes.Length);
        foreach (var (name, values) in test.Headers("expect", "headers"))
        {
            Assert.Equal(values, headers[name].ToArray());
        }
    }

    private static CompressConfig Config(ConformanceCase test) => new()
    {
        Encodings = test.List("config", "encodings").ToConfigList(),
        DefaultEncoding = test.Text("config", "defaultEncoding"),
        MinResponseBodyBytes = test.Has("config", "minResponseBodyBytes") ? test["config", "minResponseBodyBytes"].GetInt64() : 0,
        ExcludedContentTypes = test.List("config", "excludedContentTypes").ToConfigList(),
        IncludedContentTypes = test.List("config", "includedContentTypes").ToConfigList(),
    };
}
