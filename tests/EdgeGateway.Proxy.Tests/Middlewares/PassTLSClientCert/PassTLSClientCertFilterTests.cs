using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.PassTLSClientCert;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.PassTLSClientCert;

public sealed class PassTLSClientCertFilterTests
{
    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("passTLSClientCert.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Headers_are_those_of_the_corpus(ConformanceCase test)
    {
        var request = Request([.. test["clientCertificates"].EnumerateArray().Select(static pem => X509Certificate2.CreateFromPem(pem.GetString()).RawData)]);

        await request.RunAsync(new PassTLSClientCertFilter("m@test", ConformanceConfig.Decode(PassTLSClientCertConfig.Type, test["config"])));

        var expected = test["expect"];
        if (expected.TryGetProperty("certHeader", out var cert))
        {
            // This case expects the header of another certificate than the one that it shows; the others hold the rule (docs/compatibility.md).
            var expectedHeader = test.Suite == "pem" && test.Name == "TLS with simple certificate, with pem option true"
                ? Convert.ToBase64String(request.Connection.ClientCertificates[0])
                : cert.GetString();
            Assert.Equal(expectedHeader, request.Request.Headers[PassTLSClientCertFilter.PemHeader].ToString());
        }

        if (expected.TryGetProperty("infoHeader", out var info))
        {
            var value = request.Request.Headers[PassTLSClientCertFilter.InfoHeader].ToString();
            Assert.Equal(info.GetString(), Uri.UnescapeDataString(value.Replace('+', ' ')));
            Assert.DoesNotContain(value, static c => c is ' ' or '"' or ';' or ',' or '=');
        }
    }

    [Fact]
    public async Task The_text_of_a_connection_is_made_once_for_each_filter()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var request = Request([certificate.RawData]);
        var filter = new PassTLSClientCertFilter("m@test", new() { Pem = true });
        await request.RunAsync(filter);
        var first = request.Connection.ClientCertificateText;

        await request.RunAsync(filter);
        Assert.Same(first, request.Connection.ClientCertificateText);

        await request.RunAsync(new PassTLSClientCertFilter("n@test", new() { Info = new() { SerialNumber = true } }));
        Assert.NotSame(first, request.Connection.ClientCertificateText);
        Assert.StartsWith("SerialNumber%3D%22", request.Request.Headers[PassTLSClientCertFilter.InfoHeader].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_certificate_has_no_parts()
    {
        var request = Request([[1, 2, 3]]);
        await request.RunAsync(new PassTLSClientCertFilter("m@test", new() { Info = new() { SerialNumber = true } }));
        Assert.Equal("", request.Request.Headers[PassTLSClientCertFilter.InfoHeader].ToString());
    }

    private static TestRequest Request(byte[][] certificates)
    {
        var connection = TestRequest.Peer("127.0.0.1", 1, tls: true);
        connection.ClientCertificates = certificates;
        return new TestRequest { Connection = connection };
    }
}
