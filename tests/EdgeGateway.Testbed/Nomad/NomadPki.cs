using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>A cluster's own authority as <c>nomad tls</c> makes it: a root, a server's certificate, and a client's pair as PEM files.</summary>
public sealed class NomadPki
{
    private NomadPki(X509Certificate2 root, X509Certificate2 server, string caFile, string certFile, string keyFile) =>
        (Root, Server, CaFile, CertFile, KeyFile) = (root, server, caFile, certFile, keyFile);

    public X509Certificate2 Root { get; }

    /// <summary>For <c>server.global.nomad</c> only, no address.</summary>
    public X509Certificate2 Server { get; }

    public string CaFile { get; }

    public string CertFile { get; }

    public string KeyFile { get; }

    /// <summary>Makes one and writes <c>ca.pem</c>, <c>cert.pem</c>, <c>key.pem</c> into the folder.</summary>
    public static NomadPki Write(string folder)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=Nomad test CA", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = rootRequest.CreateSelfSigned(from, to);
        X509Certificate2 Issue(string name, byte serial, ECDsa key)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            return request.Create(root, from, to, [serial]);
        }

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var clientKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = Issue("server.global.nomad", 1, serverKey).CopyWithPrivateKey(serverKey);
        using var client = Issue("cli.global.nomad", 2, clientKey);
        string File(string name, string text)
        {
            var path = Path.Combine(folder, name);
            System.IO.File.WriteAllText(path, text);
            return path;
        }

        return new NomadPki(
            root, server, File("ca.pem", root.ExportCertificatePem()), File("cert.pem", client.ExportCertificatePem()),
            File("key.pem", clientKey.ExportPkcs8PrivateKeyPem()));
    }
}
