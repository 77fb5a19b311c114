using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.Observability.AccessLog;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Observability;

public class SubjectTextTests
{
    [Fact]
    public void The_recorded_certificate_has_the_recorded_subject()
    {
        var pem = File.ReadAllText(ConformanceCase.PathOf("e2e/harness/certs/client1.crt"));
        Assert.Equal(
            "SERIALNUMBER=77,CN=client one,OU=Unit,O=Org One+O=Org Two,L=Frankfurt,ST=Hesse,C=DE,0.9.2342.19200300.100.1.25=#130474657374",
            SubjectText.Of(X509Certificate2.CreateFromPem(pem).RawData));
    }

    [Theory]
    [InlineData("2.5.4.3", "a,b+c\\<>;\"", "CN=a\\,b\\+c\\\\\\<\\>\\;\\\",C=DE")]
    [InlineData("2.5.4.3", " x ", "CN=\\ x\\ ,C=DE")]
    [InlineData("2.5.4.5", "#1#", "SERIALNUMBER=\\#1#,C=DE")]
    [InlineData("2.5.4.12", "é", "C=DE,2.5.4.12=#0c02c3a9")]
    public void Special_characters_are_escaped_and_others_than_the_known_kinds_come_last(string oid, string value, string expected)
    {
        var name = new X500DistinguishedNameBuilder();
        name.Add(oid, value);
        name.AddCountryOrRegion("DE");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(expected, SubjectText.Of(certificate.RawData));
    }

    [Fact]
    public void What_is_no_certificate_has_no_subject() => Assert.Equal("", SubjectText.Of([1, 2, 3]));
}
