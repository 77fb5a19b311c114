using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Mapping;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Mapping;

public sealed class PortLabelTests
{
    private const string Alloc = "5a9b2c1d-0000-4000-8000-000000000001";

    [Theory]
    [InlineData("https", "", "https://10.0.0.1:8443")]
    [InlineData("https_admin", "", "https://10.0.0.1:8443")]
    [InlineData("HTTPS", "", "https://10.0.0.1:8443")]
    [InlineData("h2c", "", "h2c://10.0.0.1:8443")]
    [InlineData("http", "", "http://10.0.0.1:8443")]
    [InlineData("8443", "", "http://10.0.0.1:8443")]
    [InlineData("https", "scheme=http", "http://10.0.0.1:8443")]
    [InlineData("http", "scheme=h2c", "h2c://10.0.0.1:8443")]
    // Another port than the registered one has no label.
    [InlineData("https", "port=9000", "http://10.0.0.1:9000")]
    [InlineData("https", "url=http://x:1", "http://x:1")]
    public void The_label_of_the_registered_port_gives_the_scheme_that_no_tag_gives(string label, string tag, string url)
    {
        string[] tags = tag.Length == 0 ? [] : [$"traefik.http.services.s.loadbalancer.server.{tag}"];
        var mapping = new InstanceMapper(new()).Map([Instance($"_nomad-task-{Alloc}-group-web-my-api-{label}", "my-api", tags)]);

        Assert.Equal(url, Assert.Single(Assert.Single(mapping.Configuration.Http.Services).Value.LoadBalancer!.Servers).Url);
    }

    [Theory]
    [InlineData("_nomad-task-" + Alloc + "-api-api-https", "api")]
    [InlineData("_nomad-task-" + Alloc + "-group-api-https-api-http", "api")]
    public void Task_and_group_may_be_called_like_the_service(string id, string service)
    {
        var scheme = id.EndsWith("https", StringComparison.Ordinal) ? "https" : "http";

        Assert.Equal($"{scheme}://10.0.0.1:8443", Server(id, service));
    }

    [Theory]
    [InlineData("my-own-id-https", "id")]
    [InlineData("_nomad-task-x", "api")]
    [InlineData("", "")]
    public void An_ID_of_another_form_says_nothing(string id, string service) => Assert.Equal("http://10.0.0.1:8443", Server(id, service));

    private static string? Server(string id, string service) => Assert.Single(
        Assert.Single(new InstanceMapper(new()).Map([Instance(id, service)]).Configuration.Http.Services).Value.LoadBalancer!.Servers).Url;

    private static NomadInstance Instance(string id, string service, params string[] tags) =>
        new(id, service, "default", "n1", "dc1", "job", Alloc, "10.0.0.1", 8443, tags.ToConfigList(), 1, 1);
}
