using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Tls;

/// <summary>
/// The self-signed certificate of a client whose name no certificate fits. Subject, names and validity as Traefik's, since
/// scripts and monitors look for them; the key is ECDSA P-256, which is made in a millisecond where RSA takes a few hundred.
/// </summary>
internal static class DefaultCertificate
{
    private const int Days = 365; // generate.DefaultCertificate of Traefik

    /// <summary>Makes a new one.</summary>
    public static X509Certificate2 Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=TRAEFIK DEFAULT CERT", key, HashAlgorithmName.SHA256);
        var hex = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName($"{hex[..32]}.{hex[32..]}.traefik.default");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now, now.AddDays(Days));
    }
}
