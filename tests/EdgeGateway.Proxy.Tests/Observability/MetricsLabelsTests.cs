using EdgeGateway.Proxy.Observability.Metrics;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
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
}
