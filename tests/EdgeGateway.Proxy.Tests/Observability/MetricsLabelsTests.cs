using EdgeGateway.Proxy.Observability.Metrics;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Observability;

/// <summary>metricsLabels.json, the whole file: the labels of methods and protocols.</summary>
public class MetricsLabelsTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("metricsLabels.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_request_has_the_labels_of_the_corpus(ConformanceCase test)
    {
        var request = new DefaultHttpContext().Request;
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Headers[name] = values;
        }

        var label = test.Suite switch
        {
            "method" => RequestMetrics.Method(test.Text("method")),
            "protocol" => RequestProtocol.Of(request),
            _ => throw new InvalidOperationException($"unknown suite {test.Suite}"),
        };

        Assert.Equal(test.Text("expect", "label"), label);
    }

    [Theory]
    [InlineData("http", "5", null, 200)]
    [InlineData("grpc", "5", null, 5)]
    [InlineData("grpc-web", null, "7", 7)]
    [InlineData("grpc", null, null, 2)]
    [InlineData("grpc", "no number", null, 2)]
    public void The_code_of_a_gRPC_answer_is_its_own(string protocol, string? header, string? trailer, int code)
    {
        var http = new DefaultHttpContext { Response = { StatusCode = 200, Headers = { GrpcStatus = header } } };
        if (trailer is not null)
        {
            http.Features.Set<IHttpResponseTrailersFeature>(new SentTrailers { Trailers = new HeaderDictionary { ["grpc-status"] = trailer } });
        }

        Assert.Equal(code, RequestProtocol.CodeOf(http, protocol));
    }

    private sealed class SentTrailers : IHttpResponseTrailersFeature
    {
        public required IHeaderDictionary Trailers { get; set; }
    }
}
