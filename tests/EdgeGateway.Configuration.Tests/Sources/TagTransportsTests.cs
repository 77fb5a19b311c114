using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

public sealed class TagTransportsTests
{
    private const string Pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

    [Fact]
    public void Our_prefix_gives_transports_that_Traefiks_has_not()
    {
        var decoded = TagDecoder.Decode(
            [
                "edge.http.serversTransports.argo.serverName=argocd", "edge.http.serverstransports.argo.forwardingTimeouts.dialTimeout=2s",
                $"edge.http.serversTransports.argo.rootCAs={Pem}", "edge.http.serversTransports.plain.disableHTTP2=true",
                "traefik.http.services.s.loadbalancer.serverstransport=argo",
            ],
            "traefik");
        Assert.Empty(decoded.Problems);
        var transports = decoded.Configuration.Http.ServersTransports;
        Assert.Equal(["argo", "plain"], transports.Keys.Order());
        Assert.Equal(("argocd", TimeSpan.FromSeconds(2)), (transports["argo"].ServerName, transports["argo"].ForwardingTimeouts.DialTimeout));
        Assert.Equal(Pem, Assert.Single(transports["argo"].RootCAs));
        Assert.Equal("argo", decoded.Configuration.Http.Services["s"].LoadBalancer!.ServersTransport);
    }

    [Fact]
    public void Under_Traefiks_prefix_they_are_ignored_with_a_warning()
    {
        var decoded = TagDecoder.Decode(["traefik.http.serversTransports.argo.serverName=argocd"], "traefik");
        Assert.Empty(decoded.Configuration.Http.ServersTransports);
        Assert.Equal("EG-TAG-IGNORED", Assert.Single(decoded.Problems).Code);
    }

    [Fact]
    public void The_prefix_option_may_be_ours() => Assert.Equal(
        "argocd", TagDecoder.Decode(["edge.http.serversTransports.argo.serverName=argocd"], "edge").Configuration.Http.ServersTransports["argo"].ServerName);

    [Fact]
    public void Verification_is_switched_off_only_where_the_gateway_allows_it()
    {
        string[] tags = ["edge.http.serversTransports.a.insecureSkipVerify=true", "edge.http.serversTransports.b.serverName=b"];
        var refused = TagDecoder.Decode(tags, "traefik");
        Assert.Equal(["b"], refused.Configuration.Http.ServersTransports.Keys);
        var problem = Assert.Single(refused.Problems);
        Assert.Equal(("EG-TAG-POLICY", "tag edge.http.serversTransports.a.insecureSkipVerify"), (problem.Code, problem.Location.Text));
        Assert.Contains("--edge.policy.insecureSkipVerifyFromTags=true", problem.Message, StringComparison.Ordinal);
        Assert.Equal(["http.serversTransports.a"], refused.Dropped);

        var allowed = TagDecoder.Decode(tags, "traefik", allowInsecure: true);
        Assert.Empty(allowed.Problems);
        Assert.True(allowed.Configuration.Http.ServersTransports["a"].InsecureSkipVerify);
    }

    [Theory]
    [InlineData("rootCAs=/etc/shadow", "must be PEM text")]
    [InlineData("certificates[0].keyFile=/etc/key.pem", "certificates cannot be set by tags")]
    [InlineData("spiffe.ids=a", "spiffe cannot be set by tags")]
    [InlineData("insecureSkipVerify=yess", "")]
    [InlineData("serverNam=x", "did you mean 'serverName'?")]
    public void What_belongs_to_the_gateways_machine_is_not_a_jobs_and_costs_that_transport_alone(string option, string expected)
    {
        var decoded = TagDecoder.Decode(
            [$"edge.http.serversTransports.a.{option}", "edge.http.serversTransports.b.serverName=b", "traefik.http.routers.r.rule=Host(`r`)"], "traefik", allowInsecure: true);
        Assert.Equal(["b"], decoded.Configuration.Http.ServersTransports.Keys);
        Assert.Single(decoded.Configuration.Http.Routers);
        Assert.Contains(expected, Assert.Single(decoded.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edge.http.serversTransports.a=true")]
    [InlineData("edge.http.serversTransports.=x")]
    [InlineData("edge.http.serversTransports=x")]
    [InlineData("edge.http.serversTransports.a]=x")]
    public void A_key_that_ends_too_early_is_no_exception(string tag) =>
        Assert.InRange(TagDecoder.Decode([tag], "traefik").Configuration.Http.ServersTransports.Count, 0, 1);
}
