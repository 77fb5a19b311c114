using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>Stand-in for the certificate authority behind tailscaled: a root, one or two intermediates, leaves of any life.</summary>
public sealed class TestCertificateAuthority
{
    private readonly X509Certificate2 _issuer;
    private readonly string _chainPem;

    public TestCertificateAuthority(int intermediates = 1)
    {
        var now = DateTimeOffset.UtcNow.AddHours(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=EdgeGateway Test Root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var root = rootRequest.CreateSelfSigned(now, now.AddYears(10));
        RootPem = root.ExportCertificatePem() + "\n";

        var issuer = root;
        var chain = new List<string>();
        for (var i = 0; i < intermediates; i++)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN=EdgeGateway Test Intermediate {i + 1}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
            issuer = request.Create(issuer, now, now.AddYears(9 - i), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
            chain.Insert(0, issuer.ExportCertificatePem() + "\n");
        }

        _issuer = issuer;
        _chainPem = string.Concat(chain);
    }

    /// <summary>The root that clients must trust.</summary>
    public string RootPem { get; }

    /// <summary>A key with its certificate, in tailscaled's form: SEC1 (or PKCS#1) key, leaf, intermediates. A wildcard also covers its base.</summary>
    public IssuedPair Issue(string name, TimeSpan life, TimeSpan backdate, bool rsa = false)
    {
        var notBefore = DateTimeOffset.UtcNow - backdate;
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedName("CN=" + name);
        var request = key is RSA r
            ? new CertificateRequest(subject, r, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name.StartsWith("*.", StringComparison.Ordinal))
        {
            names.AddDnsName(name[2..]);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7F;
        using var leaf = request.Create(
            _issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(_issuer.GetECDsaPrivateKey()!), notBefore, notBefore + life, serial);
        var keyPem = key is RSA rsaKey ? rsaKey.ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem();
        return new IssuedPair(keyPem + "\n", new StringBuilder(leaf.ExportCertificatePem()).Append('\n').Append(_chainPem).ToString(),
            leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
    }
}

/// <summary>A key and its certificates, PEM.</summary>
public sealed record IssuedPair(string KeyPem, string CertificatesPem, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
