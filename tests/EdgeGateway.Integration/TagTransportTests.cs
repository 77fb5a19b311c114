using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The seed's application behind a self-signed certificate (story B): its job says how it is spoken to.</summary>
public sealed class TagTransportTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_switches_verification_off_only_where_the_gateway_allows_it(bool allowed)
    {
        using var certificate = SelfSigned();
        await using var server = ScriptedServer.Answering("argo", certificate: certificate);
        await using var stage = await Stage.StartAsync(
            n => n.Register(
                "a1", "argo", server.Port, "traefik.http.routers.argo.rule=Host(`argocd.example.com`)", "traefik.http.services.argo.loadbalancer.server.scheme=https",
                "traefik.http.services.argo.loadbalancer.serverstransport=self", "edge.http.serversTransports.self.insecureSkipVerify=true"),
            more: allowed ? ["--edge.policy.insecureSkipVerifyFromTags=true"] : []);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await stage.GetAsync("argocd.example.com") == (allowed ? "argo" : "404"), Soon);
        if (!allowed)
        {
            await stage.Gateway.LoggedAsync("EG-TAG-POLICY");
            Assert.Contains("tag edge.http.serversTransports.self.insecureSkipVerify", stage.Gateway.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_job_brings_the_certificate_that_its_servers_show()
    {
        using var certificate = SelfSigned();
        await using var server = ScriptedServer.Answering("argo", certificate: certificate);
        await using var stage = await Stage.StartAsync(n => n.Register(
            "a1", "argo", server.Port, "traefik.http.routers.argo.rule=Host(`argocd.example.com`)", "traefik.http.services.argo.loadbalancer.server.scheme=https",
            "traefik.http.services.argo.loadbalancer.serverstransport=self", "edge.http.serversTransports.self.serverName=argocd",
            $"edge.http.serversTransports.self.rootCAs={certificate.ExportCertificatePem()}"));
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => await stage.GetAsync("argocd.example.com") == "argo", Soon);
        Assert.Contains("argocd", server.Names);
    }

    internal static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=argocd", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("argocd");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
